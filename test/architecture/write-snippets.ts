import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from './repository.ts'
import { withSnippets } from './snippets.ts'

/** `npm run snippets`: updates the blocks of code in Markdown that are copied from files. */
const root = join(import.meta.dirname, '../..')
const repository = openRepository(root)
for (const file of repository.files.filter((file) => file.endsWith('.md'))) {
  const text = repository.read(file)
  const next = withSnippets(file, text, repository)
  if (next === text) continue
  writeFileSync(join(root, file), next)
  console.log(`Wrote the snippets of ${file}.`)
}
