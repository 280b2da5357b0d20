import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { phraseFindings } from './phrases.ts'
import { aboutPhrases, countHits, lowerRecord, readRecord, recordFile } from './record.ts'
import { openRepository } from './repository.ts'
import { readSources } from './source.ts'

/**
 * `npm run rewritten`: lowers the record of phrases that are left to rewrite. It never raises the count of a file.
 * `-- --moved` lets files that were moved or renamed keep their counts, if the sum does not grow.
 */
const { values } = parseArgs({ options: { moved: { type: 'boolean', default: false } } })
const root = join(import.meta.dirname, '../..')
const repository = openRepository(root)
const findings = phraseFindings(readSources(repository), repository, aboutPhrases)
const record = lowerRecord(readRecord(root), countHits(findings), values)
writeFileSync(join(root, recordFile), `${JSON.stringify(record, undefined, 2)}\n`)
console.log(`${findings.length} phrases are left to rewrite, in ${Object.keys(record).length} files.`)
