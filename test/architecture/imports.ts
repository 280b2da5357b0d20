import type { Finding, Repository } from './repository.ts'
import { matcher } from './repository.ts'
import type { Import, Source } from './source.ts'
import {
  featureImports,
  featureLists,
  localCloud,
  moreFeatures,
  notFeatures,
  pure,
  sdk,
  unreachable,
  zones,
} from './zones.ts'

export type Sources = ReadonlyMap<string, Source>

/** Finds imports that a zone's table does not allow, and clocks, randomness and I/O in pure code. */
export function zoneFindings(sources: Sources): Finding[] {
  const isPure = matcher(pure)
  const checks = zones.map(({ name, files, mayImport }) => ({
    name,
    applies: matcher(files),
    allows: matcher(mayImport),
  }))
  return [...sources.values()].flatMap((source) => {
    const broken = checks
      .filter(({ applies }) => applies(source.file))
      .flatMap(({ name, allows }) =>
        source.imports
          .filter(({ target }) => !allows(target))
          .map((found) => ({
            ...at(source, found),
            rule: 'zone',
            advice: `imports ${found.target}, which ${name} may not: move the code, or pass it in as a parameter`,
          })),
      )
    const impure = source.ambient.map(({ name, line }) => ({
      file: source.file,
      line,
      rule: 'pure',
      subject: name,
      advice: `uses ${name}: time, randomness and I/O arrive in domain/ as input`,
    }))
    return isPure(source.file) ? [...broken, ...impure] : broken
  })
}

/** Finds imports of the AWS SDK and of sharp in files whose names do not show it. */
export function sdkFindings(sources: Sources): Finding[] {
  const isSdk = matcher(sdk.flatMap(({ packages }) => packages))
  const rows = sdk.map(({ packages, files }) => ({ covers: matcher(packages), allows: matcher(files) }))
  return eachImport(sources, (source, found) => {
    if (!isSdk(found.target)) return undefined
    if (rows.some(({ covers, allows }) => covers(found.target) && allows(source.file))) return undefined
    return {
      rule: 'sdk',
      advice: `imports ${found.target}: put that behind a port, in a file named after the service (dynamo-*.ts, s3-*.ts, …)`,
    }
  })
}

/** Finds imports of the local cloud that do not go through its index. */
export function localCloudFindings(sources: Sources): Finding[] {
  const isOwn = matcher(localCloud.own)
  return eachImport(sources, (source, { target }) =>
    isOwn(source.file) || !target.startsWith(localCloud.folder) || target === localCloud.index
      ? undefined
      : { rule: 'local cloud', advice: `imports ${target}: import it from ${localCloud.index}` },
  )
}

/** The folders under `domain/` that are features, and the features that have no folder there. */
export function featuresOf(repository: Repository): readonly string[] {
  const folders = repository.files
    .map((file) => /^domain\/([^/]+)\//.exec(file)?.[1])
    .filter((folder) => folder !== undefined && !notFeatures.includes(folder))
  return [...new Set([...(folders as string[]), ...moreFeatures])] // `undefined` is filtered out above
}

/** Finds imports of a feature that neither the table of features nor the layers' lists allow. */
export function featureFindings(sources: Sources, features: readonly string[]): Finding[] {
  const isList = matcher(featureLists)
  return eachImport(sources, (source, { target }) => {
    const imported = featureOf(target, features)
    if (imported === undefined || !/^(domain|commands|projections|workflows|infra)\//.test(source.file))
      return undefined
    const own = featureOf(source.file, features) ?? sharedFolder(source.file)
    if (own === imported || isList(source.file)) return undefined
    if (own !== undefined && featureImports[own]?.includes(imported)) return undefined
    const advice =
      own === undefined
        ? `imports ${target} of the feature ${imported} into shared code: pass it in from a list at the layer's root`
        : `imports ${target}: the feature ${own} does not declare that it uses ${imported} (featureImports in test/architecture/zones.ts)`
    return { rule: 'feature', advice }
  })
}

/** Finds entries of the table of features that no import needs. Entries of features that do not exist are left alone. */
export function unusedFeatureImports(sources: Sources, features: readonly string[]): string[] {
  const used = new Set(
    [...sources.values()].flatMap(({ file, imports }) => {
      const own = featureOf(file, features) ?? sharedFolder(file)
      return imports.map(({ target }) => `${own} -> ${featureOf(target, features)}`)
    }),
  )
  return Object.entries(featureImports)
    .filter(([own]) => own.includes('/') || features.includes(own))
    .flatMap(([own, imported]) =>
      imported
        .filter((feature) => features.includes(feature))
        .map((feature) => `${own} -> ${feature}`)
        .filter((entry) => !used.has(entry)),
    )
}

function featureOf(path: string, features: readonly string[]): string | undefined {
  const [layer, ...rest] = path.split('/')
  if (!['domain', 'commands', 'projections', 'workflows'].includes(layer ?? '')) return undefined
  const folders = layer === 'workflows' ? rest.slice(0, -1) : rest.slice(0, -1).slice(0, 1)
  return folders.find((folder) => features.includes(folder))
}

function sharedFolder(file: string): string | undefined {
  return Object.keys(featureImports).find((folder) => folder.includes('/') && file.startsWith(`${folder}/`))
}

/** Finds code that reaches a target that it may not, through any chain of imports. */
export function reachFindings(sources: Sources): Finding[] {
  return unreachable.flatMap(({ from, target, because }) => {
    const isFrom = matcher(from)
    const isTarget = matcher(target)
    return [...sources.values()].flatMap((source) => {
      const chain = isFrom(source.file) ? chainTo(sources, source.file, isTarget) : undefined
      if (chain === undefined) return []
      const [, first] = chain
      const line = source.imports.find(({ target }) => target === first)?.line ?? 1
      const subject = chain.at(-1) ?? ''
      return [
        {
          file: source.file,
          line,
          rule: 'reach',
          subject,
          advice: `reaches ${chain.join(' -> ')}. ${because}`,
        },
      ]
    })
  })
}

/** The shortest chain of imports from a file to a target. */
export function chainTo(
  sources: Sources,
  start: string,
  isTarget: (path: string) => boolean,
): readonly string[] | undefined {
  const chains = [[start]]
  const seen = new Set([start])
  for (const chain of chains)
    for (const { target } of sources.get(chain.at(-1) ?? '')?.imports ?? []) {
      if (isTarget(target)) return [...chain, target]
      if (!seen.has(target)) chains.push([...chain, target])
      seen.add(target)
    }
  return undefined
}

/**
 * Finds cycles of imports, including imports of types. For each file in a cycle it finds one shortest cycle, and it
 * reports each cycle once.
 */
export function cycleFindings(sources: Sources): Finding[] {
  const reported = new Set<string>()
  return [...sources.keys()].flatMap((file) => {
    if (reported.has(file)) return []
    const chain = chainTo(sources, file, (path) => path === file)
    if (chain === undefined) return []
    for (const member of chain) reported.add(member)
    const line = sources.get(file)?.imports.find(({ target }) => target === chain[1])?.line ?? 1
    const advice = `is in a cycle of imports: ${chain.join(' -> ')}. Move what both need to a file of its own`
    return [{ file, line, rule: 'cycle', subject: chain.slice(1, -1).join(' -> '), advice }]
  })
}

/** Finds relative imports of files that do not exist. */
export function missingFindings(sources: Sources, repository: Repository): Finding[] {
  return eachImport(sources, (_, { target }) =>
    !/^(domain|commands|projections|workflows|infra|test)\//.test(target) ||
    target.includes('*') ||
    repository.has(target)
      ? undefined
      : { rule: 'missing', advice: `imports ${target}, which does not exist` },
  )
}

function eachImport(
  sources: Sources,
  check: (source: Source, found: Import) => { rule: string; advice: string } | undefined,
): Finding[] {
  return [...sources.values()].flatMap((source) =>
    source.imports.flatMap((found) => {
      const broken = check(source, found)
      return broken === undefined ? [] : [{ ...at(source, found), ...broken }]
    }),
  )
}

function at(source: Source, found: Import) {
  return { file: source.file, line: found.line, subject: found.target }
}
