import { posix } from 'node:path'
import type { Sources } from './imports.ts'
import type { Finding, Repository } from './repository.ts'
import { globPattern, matcher } from './repository.ts'
import { isCode } from './source.ts'

/** Files that something outside the code starts: Lambda, npm's scripts, vitest and people. */
const entryPoints = [
  '{commands,projections,workflows}/functions/**',
  'infra/cli/*.{ts,js}',
  '**/*.test.ts',
  '*.ts',
]

/** Files whose strings name programs and settings by paths from the root. */
const namesPathsFromRoot = [
  'infra/{build,cli,deploy}/**',
  'test/kit/**',
  'test/verify/**',
  'vitest.config.ts',
]

/** Finds files of code that no entry point reaches, by an import or by naming them as a path. */
export function deadFindings(sources: Sources, repository: Repository): Finding[] {
  const alive = reachable(sources, repository)
  return [...sources.keys()]
    .filter((file) => isCode(file) && !alive.has(file))
    .map((file) => ({
      file,
      line: 1,
      rule: 'dead',
      subject: file,
      advice:
        'no entry point reaches this file (functions/*, infra/cli/*, a script of package.json, a test): delete it',
    }))
}

function reachable(sources: Sources, repository: Repository): ReadonlySet<string> {
  const isEntry = matcher(entryPoints)
  const alive = new Set<string>()
  const queue = [...sources.keys()].filter(isEntry)
  const scripts = repository.files.filter((file) => /(^|\/)package\.json$|^\.ci\//.test(file))
  queue.push(
    ...scripts.flatMap((script) => pathsIn(repository.read(script), posix.dirname(script), repository)),
  )
  for (const file of queue) {
    if (alive.has(file)) continue
    alive.add(file)
    const source = sources.get(file)
    if (source === undefined) continue
    for (const { target } of source.imports) {
      const pattern = globPattern(target)
      queue.push(
        ...(target.includes('*') ? [...sources.keys()].filter((path) => pattern.test(path)) : [target]),
      )
    }
    const fromRoot = matcher(namesPathsFromRoot)(file)
    for (const { kind, text } of source.prose)
      if (kind === 'string') queue.push(...pathsIn(text, posix.dirname(file), repository, fromRoot))
    // `new URL(`./arbitraries/${name}`)` may name any file of the folder.
    const folders = source.prose.filter(
      ({ kind, text }) => kind === 'string' && /^\.\.?\/[\w./-]+\/$/.test(text),
    )
    for (const { text } of folders) {
      const folder = posix.join(posix.dirname(file), text)
      queue.push(...[...sources.keys()].filter((path) => `${posix.dirname(path)}/` === folder))
    }
  }
  return alive
}

/** The files that a text names: beside the file that holds the text, and from the root if `fromRoot`. */
function pathsIn(text: string, folder: string, repository: Repository, fromRoot = true): string[] {
  return (text.match(/[\w./@-]+\.(?:ts|mts|mjs|js|json)\b/g) ?? [])
    .flatMap((path) => [posix.join(folder, path), ...(fromRoot ? [path] : [])])
    .filter((path) => repository.has(path))
}
