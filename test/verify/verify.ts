import { parseArgs } from 'node:util'
import { openShell } from './shell.ts'
import { Skipped } from './skipped.ts'
import { type Step, steps } from './steps.ts'

/**
 * `npm run verify`: runs every check, one step after another, even after a failure. It prints a line per
 * step and ends with the number of tests. `-- --list` names the steps, `-- --only TEXT` runs the steps whose
 * names contain a text, and `-- --show` prints all output as it arrives.
 */
const { values } = parseArgs({
  options: { list: { type: 'boolean' }, only: { type: 'string' }, show: { type: 'boolean', default: false } },
})
const chosen = steps.filter(({ name }) => name.includes(values.only ?? ''))

interface Outcome {
  readonly line: string
  readonly passed: number
  readonly failed: number
}

async function runStep(step: Step, show: boolean): Promise<Outcome> {
  const began = performance.now()
  const shell = openShell({ show })
  let error: string | undefined
  let skipped: string | undefined
  try {
    await step.run(shell)
  } catch (thrown) {
    if (thrown instanceof Skipped) skipped = thrown.message
    else error = thrown instanceof Error ? thrown.message : String(thrown)
  } finally {
    shell.close()
  }
  if (skipped !== undefined) {
    const line = `skipped         ${step.name}: ${skipped}`
    console.log(line)
    return { line, passed: 0, failed: 0 }
  }
  const { passed, failed } = shell.counts()
  // A command that fails without a failed test, such as the type checker, counts as one.
  const counts = { passed, failed: failed === 0 && error !== undefined ? 1 : failed }
  if (error !== undefined && !show) console.log(shell.output())
  if (error !== undefined) console.log(error)
  const seconds = Math.round((performance.now() - began) / 1000)
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  const state = counts.failed === 0 ? 'passed' : 'FAILED'
  const line = `${state}  ${time.padStart(5)}  ${step.name}: ${counts.passed} passed, ${counts.failed} failed`
  console.log(line)
  return { line, ...counts }
}

async function verify(): Promise<boolean> {
  if (chosen.length === 0) throw new Error(`No step contains "${values.only}". See npm run verify -- --list.`)
  const outcomes: Outcome[] = []
  for (const step of chosen) outcomes.push(await runStep(step, values.show))
  // The steps' output separates these lines, so they are repeated at the end.
  if (values.show) console.log(`\n${outcomes.map(({ line }) => line).join('\n')}`)
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[of], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
  return sum('failed') === 0
}

if (values.list) console.log(steps.map(({ name }) => name).join('\n'))
else
  verify().then(
    (passed) => process.exit(passed ? 0 : 1),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : String(error))
      process.exit(1)
    },
  )
