import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { bundle, settings } from '../../../infra/build/bundle.ts'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { inPairs, ratios, spreadOf } from '../measure.ts'
import { type Bar, format, type Row } from '../report.ts'
import type { Subject } from './subject.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

/**
 * The size of each function and the time that Node takes to load it, compared with a bundle of
 * `lib-dynamodb` alone.
 */
export const bundles: Subject = async ({ size }) => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-bundles-'))
  try {
    const made = await bundle(join(folder, 'dist'))
    const stage = await readStage('dev', {})
    const synthesis = { bundles: join(folder, 'dist'), outDir: join(folder, 'cdk.out'), stage }
    const env = environmentOf(synthesise(synthesis))
    const bare = join(folder, 'bare.mjs')
    await buildBare(bare, { external: [] })
    const lean = join(folder, 'bare-without-credentials.mjs')
    await buildBare(lean)
    const against = (other: string, file: string) =>
      inPairs(size.bundleStarts, [() => msToLoad(other, env), () => msToLoad(file, env)])

    const rows: Row[] = []
    const ofBare: number[] = []
    const row = async (contestant: string, file: string) => {
      const [bareMs, ms] = await against(bare, file)
      ofBare.push(...bareMs)
      const ratio = spreadOf(ratios(ms, bareMs))
      rows.push({ what: 'load', contestant, figures: [statSync(file).size / 1000, spreadOf(ms), ratio] })
      return ratio
    }
    await row('bare lib-dynamodb, without its credential providers', lean)
    const command = made['command-api']
    if (command === undefined) throw new Error('There is no bundle command-api')
    const fileOf = (name: string) => join(folder, 'dist', name, 'index.mjs')
    const start = await row('command-api', fileOf('command-api'))
    for (const name of Object.keys(made).filter((name) => name !== 'command-api'))
      await row(name, fileOf(name))
    rows.unshift({
      what: 'load',
      contestant: 'bare lib-dynamodb',
      figures: [statSync(bare).size / 1000, spreadOf(ofBare), undefined],
    })
    const [leanMs, ms] = await against(lean, fileOf('command-api'))
    const bars: Bar[] = [
      {
        bar: 'command bundle: ≤ 500 KB',
        measured: `${format(command.bytes / 1000)} KB`,
        met: command.bytes <= 500_000,
      },
      {
        bar: 'start of the command bundle against a bare `lib-dynamodb` bundle: ≤ 1.3',
        measured: `${format(start)}; ${format(spreadOf(ratios(ms, leanMs)))} against one without its credential providers`,
        met: start.median <= 1.3,
      },
    ]
    const table = {
      title: 'Bundles',
      about:
        "Size of the file that a function loads, and the time a new Node process takes to import it. All bundles are made with the same settings. The functions' bundles leave out credential providers that functions never use. A bundle of `lib-dynamodb` contains them by default.",
      columns: [{ name: 'KB' }, { name: 'ms' }, { name: 'against bare' }],
      rows,
    }
    return { table, bars }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The smallest code that puts and queries. */
const bareSource = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}))
export const handler = async (event) => [
  await client.send(new PutCommand(event)),
  await client.send(new QueryCommand(event)),
]
`

async function buildBare(outfile: string, over: BuildOptions = {}): Promise<void> {
  await build({ ...settings, ...over, stdin: { contents: bareSource, resolveDir: root }, outfile })
}

async function msToLoad(file: string, env: NodeJS.ProcessEnv): Promise<number> {
  const url = JSON.stringify(pathToFileURL(file).href)
  const script = `const began = performance.now(); await import(${url}); console.log(performance.now() - began)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env })
  return Number(stdout)
}

/** The variables that the template sets for any function, so that each finds those that it reads. */
function environmentOf(assembly: ReturnType<typeof synthesise>): NodeJS.ProcessEnv {
  // CloudFormation defines the shape of a template.
  const resources = Object.values(assembly.getStackByName('Annals').template['Resources']) as {
    Type: string
    Properties?: { Environment?: { Variables?: Record<string, unknown> } }
  }[]
  const variables = resources
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) => Object.entries(Properties?.Environment?.Variables ?? {}))
  const texts = variables.map(([name, value]) => [name, typeof value === 'string' ? value : 'anything'])
  return {
    ...Object.fromEntries(texts),
    AWS_REGION: 'eu-west-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}
