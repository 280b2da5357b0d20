import type { Sources } from './imports.ts'
import { type Finding, matcher } from './repository.ts'
import { generic } from './zones.ts'

/** Finds commands, queries and events of features that shared code names in a string or as a key. */
export function nameFindings(sources: Sources, names: readonly string[]): Finding[] {
  const isGeneric = matcher(generic)
  const known = new Set(names)
  return [...sources.values()]
    .filter(({ file }) => isGeneric(file))
    .flatMap(({ file, prose }) =>
      prose
        .filter(({ kind, text }) => kind === 'string' && known.has(text))
        .map(({ text, line }) => ({
          file,
          line,
          rule: 'name',
          subject: text,
          advice: `names ${text}, which belongs to a feature: pass it in, or let the feature declare the difference`,
        })),
    )
}
