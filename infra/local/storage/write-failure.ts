/** The error codes of a refused write, with advice for each. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space on it',
  EDQUOT: 'the quota of the disk is used up: free some space on it',
  EROFS: 'the file system is read-only: make it writable',
  EACCES: 'this user may not write it: make it writable',
  EPERM: 'this user may not write it: make it writable',
}

/**
 * Writes to a file of the data folder.
 *
 * @throws Error of one line that names the file and says what to do.
 */
export function writing<T>(file: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw writeFailure(file, error)
  }
}

/** An error of one line that says why a file cannot be written, and what to do. */
export class WriteFailure extends Error {}

export function writeFailure(file: string, error: unknown): WriteFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const kept = 'Everything that was accepted earlier is kept.'
  return new WriteFailure(`${file} cannot be written, ${advice[code] ?? code}. ${kept}`, { cause: error })
}
