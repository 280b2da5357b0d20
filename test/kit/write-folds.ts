import { readFileSync, writeFileSync } from 'node:fs'
import { fingerprints } from './fingerprint.ts'

const path = new URL('../../domain/folds.ts', import.meta.url)
const [head] = readFileSync(path, 'utf8').split('export const folds = {')
const entries = Object.entries(fingerprints()).map(([name, fingerprint]) => `  ${name}: '${fingerprint}',\n`)
writeFileSync(path, `${head}export const folds = {\n${entries.join('')}}\n`)
