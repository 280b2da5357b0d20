import { readFileSync, writeFileSync } from 'node:fs'
import { fingerprints, projectionFingerprints } from './fingerprint.ts'

const path = new URL('../../domain/generated/folds.ts', import.meta.url)
const [head] = readFileSync(path, 'utf8').split('export const folds = {')
const entries = Object.entries(fingerprints()).map(([name, fingerprint]) => `  ${name}: '${fingerprint}',\n`)
writeFileSync(path, `${head}export const folds = {\n${entries.join('')}}\n`)

const projections = new URL('../fixtures/projections.json', import.meta.url)
writeFileSync(projections, `${JSON.stringify(projectionFingerprints(), undefined, 2)}\n`)
