import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { mutants, mutated, rules, stale } from './list.ts'
import type { Mutant } from './rules.ts'

const root = join(import.meta.dirname, '../..')
/** Maximum time of one run, because a mutant may cause an endless loop. */
const maxRunMs = 60_000

/**
 * The result of a run. `red`: a test failed. `broken`: the run failed for another reason, which proves nothing. Neither
 * is set if all tests passed.
 */
interface Run {
  readonly red?: string
  readonly broken?: string
}

interface Result extends Run {
  readonly mutant: Mutant
}

/**
 * `npm run mutants`: breaks each rule of the kernel in a copy of the sources, one mutant at a time. It runs the tests
 * that the mutant names, and at least one of them must fail. `-- --only W1` runs the mutants of one rule, `-- --list`
 * lists mutants and runs nothing. It exits with 0 only if no mutant survived, and if no test is red without one.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } })
  const { only } = values
  const chosen = mutants.filter(({ rule }) => only === undefined || rule === only)
  if (chosen.length === 0)
    throw new Error(`There is no rule ${only}. The rules are ${Object.keys(rules).join(', ')}.`)
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

/** Throws an Error if a test is red without a mutant, because it would prove nothing. */
async function checkGreen(folder: string, chosen: readonly Mutant[]): Promise<void> {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
  console.log(`Without a mutant: ${tests.length} test files`)
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

/**
 * Copies the files that are or will be under version control, as they are now, and links the installed
 * packages.
 */
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

/** Ends the process and its workers. */
function end(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}

/**
 * Whether a test needs the bundles and the template. They take longer to make than most tests, so other runs
 * skip them.
 */
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
    // Files that tests leave are removed with the folder.
    {
      cwd: folder,
      detached: true,
      // The first schedules are enough to find every mutant.
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
  // A ReferenceError means that the code around the mutant has changed. It turns any test red and proves
  // nothing.
  return messages.includes('ReferenceError') ? { broken: messages } : { red: red.fullName }
}

/** The fields of vitest's JSON report that this script reads. */
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
    ['rule', 'broken by', 'file', 'the test that turned red'],
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
