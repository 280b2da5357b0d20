import { execFileSync } from 'node:child_process'
import type { Fingerprints } from './fingerprint-changes.ts'
import { fingerprintsIn, projectionsFile } from './write-fingerprints.ts'

/** The committed fingerprints of read models; undefined if Git does not know the file. */
export function committedFingerprints(root: string): Fingerprints | undefined {
  try {
    return fingerprintsIn(
      execFileSync('git', ['show', `HEAD:./${projectionsFile}`], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    )
  } catch {
    return undefined
  }
}
