import { writeFileSync } from 'node:fs'
import { readCallers } from './callers.ts'
import { coveragePage } from './coverage.ts'
import { providers } from './services/providers.ts'

// Run from the root of the repository.
writeFileSync('docs/local-cloud.md', coveragePage(providers, readCallers()))
