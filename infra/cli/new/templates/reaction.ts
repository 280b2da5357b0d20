import { kebabOf, type Spelling, spell, withCapital } from '../names.ts'

/** Where a mail finds its recipient: in a field of the event, or in the state of the stream. */
export type Recipient = { readonly field: string } | 'owner'

export interface NewReaction {
  readonly name: Spelling
  readonly feature: Spelling
  readonly type: string
  readonly schema: number
  /** The field of the public event that contains the id of the stream. */
  readonly idField: string
  /** Undefined for a reaction that sends no mail. */
  readonly recipient: Recipient | undefined
  /** The service of somebody else that it calls, in words; undefined if it calls none. */
  readonly secret: string | undefined
  /** Whether the state of the aggregate has a status. */
  readonly hasStatus: boolean
}

export const rowOf = ({
  name,
  type,
  schema,
  recipient,
  secret,
}: NewReaction) => `export const ${name.camel}: ReactionRow = {
  name: '${name.kebab}',
  eventTypes: ['${type}'],
  schema: ${schema},
  sendsMail: ${recipient !== undefined},
  calls: [],${secret === undefined ? '' : `\n  secret: ${secretPurpose(secret)},`}
}`

const secretPurpose = (service: string) => `'Address and key of ${service}, as {"url": "…", "key": "…"}'`

export const rowsOf = (
  reaction: NewReaction,
) => `import type { ReactionRow } from '../reactions/reaction-row.ts'

${rowOf(reaction)}

export const ${reaction.feature.camel}Reactions = [${reaction.name.camel}]
`

export const reactionOf = (reaction: NewReaction) =>
  reaction.recipient === undefined ? plainReactionOf(reaction) : mailReactionOf(reaction, reaction.recipient)

const plainReactionOf = ({ name, feature, type, idField, hasStatus }: NewReaction) => {
  const read = `await stateNow(${feature.camel}, event.data.${idField}, store, deadline)`
  return `import * as z from 'zod/mini'
import { stateNow } from '../../commands/execution/current-state.ts'
import { ${feature.camel} } from '../../domain/${feature.kebab}/${feature.kebab}.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { ${name.camel} } from './reactions.ts'

const data = z.object({ ${idField}: z.string().check(z.minLength(1)) })

export interface ${name.pascal}Ports {
  readonly store: EventStore
}

/**
 * Reacts to \`${type}\`. An event may arrive late, so the reaction reads the ${feature.words} as it is now. Call a service
 * by a port of its own, after that.
 */
export function ${name.camel}Reaction({ store }: ${name.pascal}Ports): Reaction<z.infer<typeof data>> {
  return {
    row: ${name.camel},
    data,
    async react(event, deadline) {
      ${hasStatus ? `const { state } = ${read}\n      return state.status` : `${read}\n      return 'read'`}
    },
  }
}
`
}

const mailReactionOf = ({ name, feature, type, idField }: NewReaction, recipient: Recipient) => {
  const field = recipient === 'owner' ? idField : recipient.field
  const imports =
    recipient === 'owner'
      ? `import { stateNow } from '../../commands/execution/current-state.ts'
import { ${feature.camel} } from '../../domain/${feature.kebab}/${feature.kebab}.ts'
`
      : ''
  const react =
    recipient === 'owner'
      ? `async react(event, deadline) {
      const { state } = await stateNow(${feature.camel}, event.data.${field}, ports.store, deadline)
      if (state.status === 'none') return 'unknown'
      return mailTo(state.ownerId, event, ${name.camel}Message, ports, deadline)
    },`
      : `react(event, deadline) {
      return mailTo(event.data.${field}, event, ${name.camel}Message, ports, deadline)
    },`
  const news = withCapital(spell(kebabOf(type)).words)
  return `import * as z from 'zod/mini'
${imports}import { type MailPorts, type Message, mailTo } from '../reactions/mailer.ts'
import type { Reaction } from '../reactions/reaction.ts'
import { ${name.camel} } from './reactions.ts'

const data = z.object({ ${field}: z.string().check(z.minLength(1)) })

/** Sends a mail about \`${type}\`. */
export function ${name.camel}Reaction(ports: MailPorts): Reaction<z.infer<typeof data>> {
  return {
    row: ${name.camel},
    data,
    ${react}
  }
}

export function ${name.camel}Message({ name }: { readonly name: string }): Message {
  return {
    subject: '${news}',
    text: \`Hello \${name},

${news}.
\`,
  }
}
`
}

/** The entry point of a reaction that sends no mail. One function sends all mail. */
export const entryPointOf = ({ name, feature, secret }: NewReaction) =>
  secret === undefined
    ? `import { reactionFunction } from '../reactions/reaction-function.ts'
import { ${name.camel}Reaction } from '../${feature.kebab}/${name.kebab}.ts'

export const handler = reactionFunction(${name.camel}Reaction)
`
    : `import { ${name.camel}Reaction } from '../${feature.kebab}/${name.kebab}.ts'
import { secretReactionFunction } from '../reactions/secret-reaction.ts'

export const handler = secretReactionFunction(${name.camel}Reaction)
`
