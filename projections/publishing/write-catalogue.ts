import { mkdirSync, writeFileSync } from 'node:fs'
import { aggregates } from '../../domain/aggregates.ts'
import { catalogue } from './catalogue.ts'

const docs = new URL('../../docs/', import.meta.url)
mkdirSync(docs, { recursive: true })
writeFileSync(new URL('events.md', docs), catalogue(aggregates))
