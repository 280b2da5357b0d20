/**
 * Whether pip failed because it reached no package index, by what it printed. An index that is not there has no version
 * of any package; retries name the connection that failed.
 */
export function isUnreachable(printed: string): boolean {
  return /from versions: none|NewConnectionError|ConnectTimeoutError|NameResolutionError/.test(printed)
}
