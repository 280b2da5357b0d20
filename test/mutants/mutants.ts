import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutants, mutated, rules, stale } from './list.ts'
import type { Mutant } from './rules.ts'

const root = join(import.meta.dirname, '../..')
/** A mutant may make a test go round for ever. */
const maxRunMs = 60_000

/** What a run of tests came to: red by a test, or broken, which proves nothing. */
interface Run {
  readonly red?: string
  readonly broken?: string
}

interface Result extends Run {
  readonly mutant: Mutant
}

/**
 * `npm run mutants`: takes out each rule of the kernel in a copy of the sources, one way after another, and runs
 * the tests that are named for it: one of them has to turn red. `-- --only W1` takes out one rule, `-- --list`
 * runs nothing. It ends with 0 only if no mutant survived, and if no test is red without one.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } })
  const { only } = values
  const chosen = mutants.filter(({ rule }) => only === undefined || rule === only)
  if (chosen.length === 0) throw new Error(`There is no rule ${only}, but ${Object.keys(rules).join(', ')}.`)
  if (values.list) {
    console.log(list(chosen))
    return true
  }
  const gone = stale(root, chosen)
  if (gone.length > 0) throw new Error(gone.join('\n'))

  const folder = mkdtempSync(join(tmpdir(), 'annals-mutants-'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      remove(folder)
      process.exit(130)
    })
  try {
    copySources(folder)
    await checkGreen(folder, chosen)
    const results: Result[] = []
    for (const mutant of chosen) {
      const result = { mutant, ...(await runMutant(folder, mutant)) }
      console.log(`${mutant.rule.padEnd(3)}  ${result.red === undefined ? 'SURVIVED' : 'red'}  ${mutant.out}`)
      results.push(result)
    }
    console.log(`\n${table(results)}`)
    const survivors = results.filter(({ red }) => red === undefined)
    for (const { mutant, broken } of survivors)
      if (broken !== undefined) console.log(`\n${mutant.rule} ${mutant.out}: proves nothing.\n${broken}`)
    console.log(`\n${results.length} mutants, ${survivors.length} survived.`)
    return survivors.length === 0
  } finally {
    remove(folder)
  }
}

/** Throws where a test is red without a mutant: it would prove nothing. */
async function checkGreen(folder: string, chosen: readonly Mutant[]): Promise<void> {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
  console.log(`Without a mutant: ${tests.length} files of tests`)
  for (const some of [tests.filter(needsTemplate), tests.filter((test) => !needsTemplate(test))]) {
    const { red, broken } = some.length === 0 ? {} : await run(folder, some)
    if (red ?? broken) throw new Error(`Red without a mutant: ${red ?? broken}`)
  }
}

async function runMutant(folder: string, mutant: Mutant): Promise<Run> {
  const path = join(folder, mutant.file)
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, mutated(source, mutant))
  try {
    return await run(folder, mutant.tests)
  } finally {
    writeFileSync(path, source)
  }
}

/** What lies under version control or will, as it is now, beside the packages that are installed. */
function copySources(folder: string): void {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0')
  // Git does not ignore packages that are linked from elsewhere.
  for (const file of files.filter((path) => path !== '' && path !== 'node_modules'))
    if (existsSync(join(root, file))) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
}

let running: ChildProcess | undefined

function remove(folder: string): void {
  end(running)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** The process and its workers. */
function end(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}

/** Bundles and template are made for those only that look at them: that takes longer than most tests. */
function needsTemplate(test: string): boolean {
  return /^test\/infra\/(stack|build|deploy)\//.test(test)
}

async function run(folder: string, tests: readonly string[]): Promise<Run> {
  const report = join(folder, 'report.json')
  const config = tests.some(needsTemplate) ? 'vitest.config.ts' : 'test/mutants/vitest.config.ts'
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = ['--root', folder, '--config', join(folder, config), '--bail=1']
  const child = spawn(
    process.execPath,
    [vitest, 'run', ...options, '--reporter=json', '--outputFile', report, ...tests],
    // What tests leave behind goes with the folder.
    {
      cwd: folder,
      detached: true,
      // The schedules that find each mutant are among the first.
      env: { ...process.env, TMPDIR: folder, SCHEDULES: '200' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  running = child
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      output += data
    })
  const timer = setTimeout(() => end(child), maxRunMs)
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  if (code === 0) return {}
  const red = existsSync(report) ? firstRed(JSON.parse(readFileSync(report, 'utf8'))) : undefined
  rmSync(report, { force: true })
  if (red === undefined) return { broken: output.trim() || `no answer in ${maxRunMs / 1000} s` }
  const messages = red.failureMessages.join('\n')
  // A name that is not there any more turns any test red: the code around the mutant has changed.
  return messages.includes('ReferenceError') ? { broken: messages } : { red: red.fullName }
}

/** The part of vitest's report in JSON that is looked at. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly TestResult[]
  }[]
}

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: readonly string[]
}

function firstRed({ testResults }: Report): TestResult | undefined {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')
}

function list(chosen: readonly Mutant[]): string {
  const lines = Object.entries(rules).flatMap(([rule, says]) => {
    const ways = chosen.filter((mutant) => mutant.rule === rule)
    return ways.length === 0 ? [] : [`${rule}  ${says}`, ...ways.map(({ out }) => `    ${out}`)]
  })
  return lines.join('\n')
}

function table(results: readonly Result[]): string {
  const lines = [
    ['rule', 'what was taken out', 'file', 'the test that turned red'],
    ...results.map(({ mutant, red }) => [mutant.rule, mutant.out, mutant.file, red ?? 'SURVIVED']),
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n')
}

main().then(
  (passed) => process.exit(passed ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  },
)
