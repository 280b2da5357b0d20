import { accessSync, constants, mkdirSync } from 'node:fs'
import type { Faults } from '../faults/faults.ts'
import { startEngine } from '../services/dynamodb/engine.ts'
import type { MailService } from '../services/ses/service.ts'
import { openAnnouncement } from './announcement.ts'
import { createContext } from './context.ts'
import type { LocalCloudOptions } from './options.ts'
import { readTemplate, type Template } from './template.ts'

export interface LocalCloud {
  readonly apiUrl: string
  /** Endpoint of the AWS gateway. */
  readonly awsUrl: string
  readonly faults: LocalCloudFaults
  /**
   * Reloads the functions whose code differs in another assembly. Returns their logical ids. Throws an Error that names
   * the resources if anything else differs: that requires a restart.
   */
  reload(assembly: string): readonly string[]
  close(): Promise<void>
}

/** How a test makes the local cloud fail as AWS can. Only requests made by functions fail, never those of a test or a developer. */
export interface LocalCloudFaults extends Faults {
  refuseMail: MailService['refuse']
}

/**
 * Starts everything that the template declares: the services in the order of `providers.ts`, behind one gateway.
 *
 * @throws Error in one line that says what to do about a resource that is not modelled, a missing grant, or a port or
 * data folder in use.
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const open: (() => unknown)[] = []
  const close = async () => {
    for (const end of open.splice(0).reverse()) await end()
  }
  try {
    prepareFolder(options.dataDir)
    // The engine locks the data folder, so it starts before the assembly is built. The services load meanwhile.
    const loading = import('../services/providers.ts')
    const engine = await startEngine(options)
    open.push(engine.close)
    const { providers, resourceTypes, gateway, httpApi, lambda, ses } = await loading

    const template = readTemplate(await options.assembly())
    const closeAfter = (end: () => unknown) => void open.push(end)
    const context = createContext({ options, template, engine, types: resourceTypes, closeAfter })
    const announcement = openAnnouncement(options.dataDir)
    context.servePage(announcement.page)
    for (const provider of providers) await context.open(provider)

    const awsUrl = context.use(gateway).url
    const outputs = context.resolve(template.outputs) as Readonly<Record<string, string>> // outputs are texts
    open.push(announcement.publish({ endpoint: awsUrl, region: options.region, outputs }))
    return {
      apiUrl: context.use(httpApi).url,
      awsUrl,
      faults: { ...context.faults, refuseMail: context.use(ses).refuse },
      reload(assembly) {
        const next = readTemplate(assembly)
        const changes = changesOf(template, next)
        if (changes !== '') throw new Error(`the template ${changes}`)
        return context.use(lambda).reload(next)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.R_OK | constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // of the file system
    throw new Error(
      `${dataDir} cannot be used as the data folder (${code}): choose another with ANNALS_DATA=…`,
    )
  }
}

/** Maximum number of resources that are named for each kind of change. */
const maxNamed = 5

/** Names the resources that differ in more than the location of a function's code. Empty if there are none. */
function changesOf({ resources: before }: Template, { resources: after }: Template): string {
  const old = new Map(before.map((resource) => [resource.logicalId, withoutCode(resource)]))
  const now = new Map(after.map((resource) => [resource.logicalId, withoutCode(resource)]))
  const changes = {
    adds: [...now.keys()].filter((id) => !old.has(id)),
    removes: [...old.keys()].filter((id) => !now.has(id)),
    changes: [...now].flatMap(([id, text]) => (old.has(id) && old.get(id) !== text ? [id] : [])),
  }
  return Object.entries(changes)
    .filter(([, ids]) => ids.length > 0)
    .map(([verb, ids]) => {
      const more = ids.length > maxNamed ? ` and ${ids.length - maxNamed} more` : ''
      return `${verb} ${ids.slice(0, maxNamed).join(', ')}${more}`
    })
    .join(' and ')
}

function withoutCode({ type, properties }: Template['resources'][number]): string {
  return JSON.stringify([type, properties], (name, value: unknown) => (name === 'S3Key' ? '' : value))
}
