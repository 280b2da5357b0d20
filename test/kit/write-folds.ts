import { join } from 'node:path'
import { fingerprints, projectionFingerprints } from './fingerprint.ts'
import { committedFingerprints } from './folds/committed.ts'
import { writeFingerprints } from './folds/write-fingerprints.ts'

/**
 * `npm run folds`: writes the fingerprints of aggregates and read models, and prints what changed. Operands name the
 * released versions of read models that may change, such as `projects-v1`. A version is released once its fingerprint is
 * committed.
 */
const root = join(import.meta.dirname, '../..')
const allowed = process.argv.slice(2)
try {
  const current = { folds: fingerprints(), projections: projectionFingerprints() }
  const lines = writeFingerprints(root, current, { allowed, released: committedFingerprints(root) })
  console.log(lines.length === 0 ? 'No fingerprint changed.' : lines.join('\n'))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
