import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { enter as enterAnnals } from './contestants/annals.ts'
import type { Contestant, Enter } from './contestants/contestant.ts'
import { enter as enterRaw } from './contestants/raw.ts'
import { type Database, startDatabase } from './database.ts'
import { timed } from './measure.ts'
import { asMarkdown, asText, type Result } from './report.ts'
import { append } from './subjects/append.ts'
import { bundles } from './subjects/bundles.ts'
import { command } from './subjects/command.ts'
import { contention } from './subjects/contention.ts'
import { growth } from './subjects/growth.ts'
import { load } from './subjects/load.ts'
import { lostAnswer } from './subjects/lost-answer.ts'
import { memory } from './subjects/memory.ts'
import { projection } from './subjects/projection.ts'
import { replay } from './subjects/replay.ts'
import { scan } from './subjects/scan.ts'
import { startUp } from './subjects/start-up.ts'
import { fullSize, quickSize, type Size, type Subject } from './subjects/subject.ts'
import { visible } from './subjects/visible.ts'
import { waiting } from './subjects/waiting.ts'

const usage = `npm run bench [-- OPTION…]

  --quick         a small run to try it out; writes docs/benchmarks.quick.md
  --only NAME     a single subject to try it out; writes nothing
  --help          this text

Measures Annals beside the raw SDK and other event stores, and writes docs/benchmarks.md. The other event stores are
installed in test/bench if they are missing.`

const here = import.meta.dirname
const root = join(here, '../..')

/** In the order of the report. */
const subjects: Readonly<Record<string, Subject>> = {
  append,
  load,
  command,
  growth,
  contention,
  'lost-answer': lostAnswer,
  projection,
  visible,
  waiting,
  scan,
  replay,
  bundles,
  'start-up': startUp,
  memory,
}

const peers = ['castore', 'equinox', 'event-store-adapter']

async function bench(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({ options: { quick: flag, help: flag, only: { type: 'string' } } })
  if (values.help) return console.log(usage)
  const chosen = Object.entries(subjects).filter(([name]) => (values.only ?? name) === name)
  if (chosen.length === 0) throw new Error(`no subject ${values.only}: ${Object.keys(subjects).join(', ')}`)

  const absent = installPeers()
  const enters = [enterRaw, enterAnnals, ...(absent.length > 0 ? [] : await peersThatRun(absent))]
  for (const line of absent) console.log(`left out: ${line}`)

  const results: Result[] = []
  for (const [name, subject] of chosen) {
    console.log(`\n… ${name}`)
    const { value, ms } = await timed(() => measure(subject, enters, values.quick ? quickSize : fullSize))
    results.push(value)
    console.log(`${asText(value.table)}\n  ${Math.round(ms / 1000)} s`)
  }

  console.log()
  for (const { bar, measured, met, because } of results.flatMap(({ bars }) => bars)) {
    const verdict = met === undefined ? 'not measured' : met ? 'met' : 'NOT MET'
    console.log(`${verdict.padEnd(12)}  ${bar} — ${measured}${because === undefined ? '' : ` (${because})`}`)
  }
  if (values.only !== undefined) return
  const file = values.quick ? 'docs/benchmarks.quick.md' : 'docs/benchmarks.md'
  writeFileSync(join(root, file), asMarkdown(results, { ...circumstances(), quick: values.quick, absent }))
  console.log(`\nwritten to ${file}`)
}

/** Installs the other event stores if they are missing. Returns the reason if that failed. */
function installPeers(): string[] {
  // The file that npm writes last.
  if (existsSync(join(here, 'node_modules/.package-lock.json'))) return []
  console.log('installing the other event stores in test/bench')
  try {
    execFileSync('npm', ['ci', '--prefix', here], { stdio: ['ignore', 'ignore', 'pipe'] })
    return []
  } catch (error) {
    return [`all but raw: npm ci in test/bench failed: ${firstLine(error)}`]
  }
}

/**
 * Measures one subject on an engine of its own. The engine keeps data about every transaction and slows down
 * with each. One subject's writes would therefore slow down the transactions of the next.
 */
async function measure(subject: Subject, enters: readonly Enter[], size: Size): Promise<Result> {
  return withContestants(enters, async (contestants, database) => {
    const [raw, ...others] = contestants
    const [annals] = others
    if (raw === undefined || annals === undefined) throw new Error('raw and annals are always present')
    let names = 0
    return subject({ database, raw, annals, others, size, next: () => ++names })
  })
}

async function withContestants<T>(
  enters: readonly Enter[],
  run: (contestants: readonly Contestant[], database: Database) => Promise<T>,
): Promise<T> {
  const database = await startDatabase()
  const contestants: Contestant[] = []
  try {
    for (const enter of enters) contestants.push(...(await enter(database)))
    return await run(contestants, database)
  } finally {
    for (const contestant of contestants) contestant.close()
    await database.close()
  }
}

/** Returns the peers that run on this version of Node. Adds the others to `absent`, each with the reason. */
async function peersThatRun(absent: string[]): Promise<Enter[]> {
  const running: Enter[] = []
  for (const name of peers) {
    try {
      // The compiler cannot resolve this name, because the peers' types exist only once they are installed.
      const { enter } = (await import(`./peers/${name}.ts`)) as { enter: Enter }
      await withContestants([enter], async (contestants) => {
        for (const contestant of contestants) await tryOut(contestant)
      })
      running.push(enter)
    } catch (error) {
      absent.push(`${name}: ${firstLine(error)}`)
    }
  }
  return running
}

/** Throws an Error if a contestant does not work correctly on this machine. */
async function tryOut({ name, fill, command, load }: Contestant): Promise<void> {
  await fill('bench-try', 2)
  await command('bench-try', 'third')
  const { count } = await load('bench-try')
  if (count !== 3) throw new Error(`${name} has ${count} events after writing 3`)
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}

function circumstances(): { date: string; machine: string; versions: string } {
  const processors = cpus()
  // The manifests are files of this repository.
  const versionsIn = (folder: string) => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<'dependencies' | 'optionalDependencies', Record<string, string> | undefined>
    return { ...dependencies, ...optionalDependencies }
  }
  const all = { ...versionsIn(root), ...versionsIn(here) }
  const engine = `@dynoxide/${process.platform}-${process.arch}`
  const named = Object.entries(all).filter(
    ([name]) => name === engine || /dynamo|castore|equinox|event-store/.test(name),
  )
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors[0]?.model.trim() ?? 'an unknown processor'} with ${processors.length} cores, ${process.platform} ${process.arch}`,
    versions: [`Node ${process.version}`, ...named.map(([name, version]) => `${name} ${version}`)].join(', '),
  }
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
bench().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  },
)
