import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Assembly } from '../build/assemble.ts'
import { listen, parseFaults, readTemplate, startLocalCloud } from '../local/index.ts'
import { readStage } from '../stages/read-stage.ts'
import { stageName } from '../stages/stage-name.ts'
import { consoleLog } from './console-log.ts'
import { dataFolder } from './data-folder.ts'
import { createReload } from './reload.ts'
import { watchSources } from './watch.ts'

/**
 * `npm start`: bundles the functions, synthesises the template and runs it on this machine until ctrl-c. Variables:
 * `STAGE`, `PORT`, `AWS_PORT`, `ANNALS_DATA`, `AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB`.
 */
const usage = `npm start [-- OPTION…]

  --stage NAME     run this stage: STAGE, or else dev, by default
  --no-admin       put nobody in the group admin; otherwise everyone who signs up is in it
  --allow-remote   use the DynamoDB of AWS_ENDPOINT_URL_DYNAMODB even if it is not on this machine
  --inspect        let a debugger attach to each function, from port 9229 on; a function then has one process
  --faults LIST    let things go wrong by chance, such as throttle=0.05,lose-answer=0.01,kill=0.01;
                   projector:throttle=0.2 concerns one function only
  --seed SEED      repeat the faults of an earlier run, which printed its seed
  --help           this text

PORT (3000) serves the API, AWS_PORT (4566) the AWS gateway, ANNALS_DATA (.annals/STAGE) holds the data.
Port 0 picks a free one.`

async function start(): Promise<void> {
  const options = readOptions()
  if (options.help) return console.log(usage)
  const began = performance.now()
  const ports = { port: portOf('PORT', 3000), awsPort: portOf('AWS_PORT', 4566) }
  // The ports are checked before anything is built. A port that is taken after that is reported when it is needed.
  await ensureFree(ports.port, 'PORT')
  await ensureFree(ports.awsPort, 'AWS_PORT')
  const { stage } = options
  await readStage(stage)
  const dataDir = await dataFolder(stage)
  const endpoint = process.env['AWS_ENDPOINT_URL_DYNAMODB']
  const { chances, seed } = options
  const assembly = assembleOnce(stage)
  const cloud = await startLocalCloud({
    ...ports,
    async assembly() {
      const folder = await assembly.folder()
      const functions = readTemplate(folder).ofType('AWS::Lambda::Function')
      chances?.check(functions.map(({ logicalId }) => logicalId))
      return folder
    },
    dataDir: resolve(dataDir),
    region: process.env['AWS_REGION'] || 'us-east-1',
    allowRemote: options.allowRemote,
    groups: options.noAdmin ? [] : ['admin'],
    log: consoleLog,
    ...(endpoint ? { endpoint } : {}),
    ...(options.inspect ? { inspectPort: 9229 } : {}),
  })
  const say = (line: string) => consoleLog('reload', line)
  const unwatch = watchSources({
    folders: ['domain', 'commands', 'projections', 'workflows', 'infra'],
    onChange: createReload({ cloud, assembly: assembly.current(), say }),
    onNotice: say,
  })
  closeOnSignal(() => {
    unwatch()
    return cloud.close()
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const { userPoolClientId } = await clientConfig(cloud.apiUrl)
  if (chances !== undefined) cloud.faults.shake({ ...chances, seed })
  console.log(`
Annals is running (started in ${seconds} s).

  API    ${cloud.apiUrl}         documentation at ${cloud.apiUrl}/docs
  AWS    ${cloud.awsUrl}         for any AWS client, as its endpoint
  mail   ${cloud.awsUrl}/_local/mail
  stage  ${stage}
  data   ${dataDir}${endpoint ? `, and the DynamoDB at ${endpoint}` : ''}${chances ? `\n  faults ${chances.text}, repeated by --seed ${seed}` : ''}

Sign up, then look for the code in the mail. The README continues from there:

  curl ${cloud.awsUrl} -H 'X-Amz-Target: AWSCognitoIdentityProviderService.SignUp' \\
    -H 'Content-Type: application/x-amz-json-1.1' \\
    -d '{"ClientId":"${userPoolClientId}","Username":"you@example.com","Password":"Secret-123"}'

Saved changes reload automatically. Ctrl-C stops everything; data is kept.
`)
  console.log(`annals ready ${cloud.apiUrl}`)
}

/** Assembles when the local cloud asks for it, and keeps the result. */
function assembleOnce(stage: string) {
  let assembly: Assembly | undefined
  return {
    async folder(): Promise<string> {
      // Loaded here, so that other reasons not to start are reported first.
      const { assemble } = await import('../build/assemble.ts')
      assembly = await assemble(stage)
      return assembly.folder
    },
    current(): Assembly {
      if (assembly === undefined) throw new Error('the local cloud has not asked for its assembly')
      return assembly
    },
  }
}

async function ensureFree(port: number, variable: string): Promise<void> {
  const server = createServer()
  await listen(server, port, variable)
  await new Promise((closed) => server.close(closed))
}

function readOptions() {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const flags = { help: flag, 'no-admin': flag, 'allow-remote': flag, inspect: flag }
  const { values } = parseArgs({ options: { ...flags, faults: text, seed: text, stage: text } })
  const { help, inspect, faults, seed = randomUUID().slice(0, 8) } = values
  if (values.seed !== undefined && faults === undefined)
    throw new Error('--seed repeats the faults of --faults LIST: give both')
  const chances = faults === undefined ? undefined : parseFaults(faults)
  const stage = stageName(values.stage)
  return {
    help,
    inspect,
    stage,
    noAdmin: values['no-admin'],
    allowRemote: values['allow-remote'],
    chances,
    seed,
  }
}

function portOf(variable: string, otherwise: number): number {
  const given = process.env[variable] || String(otherwise)
  if (/^\d{1,5}$/.test(given) && Number(given) < 65_536) return Number(given)
  throw new Error(`${variable} is "${given}": give a port from 0 to 65535, where 0 picks a free one`)
}

async function clientConfig(apiUrl: string): Promise<{ userPoolClientId: string }> {
  const response = await fetch(`${apiUrl}/config.json`)
  if (!response.ok) throw new Error(`${apiUrl}/config.json answers ${response.status}: see the lines above`)
  // The answer of our own query API.
  return (await response.json()) as { userPoolClientId: string }
}

/** How long closing may take. The whole shutdown takes less than two seconds. */
const closeWithinMs = 1700

/** Ends everything at the first signal, and at once at the second. */
function closeOnSignal(close: () => Promise<void>): void {
  let closing = false
  const end = () => {
    if (closing) process.exit(1)
    closing = true
    console.log('\nclosing')
    // Work that is unfinished by then ends with this process and resumes at the next start.
    setTimeout(() => process.exit(0), closeWithinMs).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  // If npm is killed, no signal arrives.
  const npm = process.ppid
  if (process.env['npm_lifecycle_event'] === 'start') {
    setInterval(() => process.ppid === npm || closing || end(), 500).unref()
  }
}

start().catch((error: unknown) => {
  console.error(`annals cannot start: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
