import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { assemblyOf } from '../../infra/build/assemble.ts'
import { readTemplate } from '../../infra/local/index.ts'
import { measured } from '../../infra/stack/parts/measured-functions.ts'
import type { MeasuredFunction, Measurement } from '../../infra/stack/parts/measurement.ts'
import { startBackend } from '../demo/backend.ts'
import { readConfig } from '../kit/people/person.ts'
import { sizesPage } from './document.ts'
import { evaluate, type Usage } from './evaluate.ts'
import { work } from './load.ts'
import { cheapestSize } from './model.ts'
import { type Subject, subjectsOf } from './subjects.ts'

const stage = 'dev'

const usage = `npm run sizes [-- OPTION]

  --recorded   applies the model to the recorded measurements
  --help       this text

Measures every function in a local cloud of its own, and writes the sizes of functions and docs/function-sizes.md. Run it
from the root of the repository, on a machine that does little else.`

async function run(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({ options: { recorded: flag, help: flag } })
  if (values.help) return console.log(usage)
  const measurement = values.recorded ? measured : await measure()
  const functions = Object.entries(measurement.functions).map(
    ([id, one]) => [id, { ...one, memoryMb: cheapestSize(one) }] as const,
  )
  write({ ...measurement, functions: Object.fromEntries(functions) })
}

function write(measurement: Measurement): void {
  writeFileSync('infra/stack/parts/measured-functions.ts', sourceOf(measurement))
  writeFileSync('docs/function-sizes.md', sizesPage(measurement))
}

async function measure(): Promise<Measurement> {
  process.env['STAGE'] = stage
  const backend = await startBackend()
  try {
    const config = await readConfig(backend.apiUrl)
    await work(config)
    const response = await fetch(`${config.awsEndpoint}/_local/usage`)
    const usages = (await response.json()) as Readonly<Record<string, readonly Usage[]>> // of Lambda's page
    const functions = figuresOf(subjectsOf(readTemplate(assemblyOf(stage))), usages)
    return { date: new Date().toISOString().slice(0, 10), machine: machine(), functions }
  } finally {
    await backend.close()
  }
}

function figuresOf(
  subjects: readonly Subject[],
  usages: Readonly<Record<string, readonly Usage[]>>,
): Readonly<Record<string, MeasuredFunction>> {
  const entries = subjects.map(({ id, logicalId, kind, batch }) => {
    // A redrive function does the work of its consumer, and has nothing to do while that does not fail.
    const consumer = subjects.find((one) => `${one.id}Redrive` === id)
    const measured = usages[logicalId] ?? usages[consumer?.logicalId ?? '']
    if (measured === undefined)
      throw new Error(`${id} was never invoked: add what it does to test/sizes/load.ts`)
    return [id, evaluate(measured, kind, batch)] as const
  })
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function machine(): string {
  const processors = cpus()
  return `${processors.length} cores of ${processors[0]?.model.trim()}, Node ${process.versions.node}`
}

function sourceOf({ date, machine: on, functions }: Measurement): string {
  const rows = Object.entries(functions).map(([id, one]) => {
    const fields = Object.entries(one).map(
      ([name, value]) => `      ${name}: ${typeof value === 'string' ? `'${value}'` : value},`,
    )
    return `    ${id}: {\n${fields.join('\n')}\n    },`
  })
  return `import type { Measurement } from './measurement.ts'

/** Written by \`npm run sizes\`. \`docs/function-sizes.md\` explains it. */
export const measured: Measurement = {
  date: '${date}',
  machine: '${on.replaceAll("'", '')}',
  functions: {
${rows.join('\n')}
  },
}
`
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`sizes: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  },
)
