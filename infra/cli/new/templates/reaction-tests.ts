import type { NewReaction, Recipient } from './reaction.ts'

export interface ReactionTest {
  readonly reaction: NewReaction
  /** The data of the event. */
  readonly data: object
  /** The event that comes before it, if the recipient is the owner of the stream. */
  readonly created: { readonly type: string; readonly data: object } | undefined
}

export const reactionTestOf = (test: ReactionTest) =>
  test.reaction.recipient === undefined ? plainTestOf(test) : mailTestOf(test, test.reaction.recipient)

const plainTestOf = ({
  reaction: { name, feature, type },
  data,
}: ReactionTest) => `import { expect, it } from 'vitest'
import type { ${feature.pascal}Event } from '../../../../domain/${feature.kebab}/events.ts'
import { ${name.camel}Reaction } from '../../../../workflows/${feature.kebab}/${name.kebab}.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'

const setUp = await reactionSide()
const event: ${feature.pascal}Event = { type: '${type}', data: ${JSON.stringify(data)} }

it('reacts to ${type} once, however often the event arrives', async () => {
  const { userId, ports, handlerOf, publish, lines } = setUp()
  const handler = handlerOf(${name.camel}Reaction(ports))
  const delivered = await publish(\`${feature.camel}-\${userId}\`, event)
  await handler(delivered, context)
  await handler(delivered, context)
  expect(lines).toMatchObject([
    { message: 'reacted', extra: { reaction: '${name.kebab}', repeated: false } },
    { message: 'reacted', extra: { reaction: '${name.kebab}', repeated: true } },
  ])
})
`

const mailTestOf = (
  { reaction: { name, feature, type }, data, created }: ReactionTest,
  recipient: Recipient,
) => {
  const field = recipient === 'owner' ? 'ownerId' : recipient.field
  // The stream of a person has their id, so their registration comes first in it.
  const ownStream = feature.kebab === 'user'
  const history = [
    ...(created === undefined ? [] : [literalOf(created.type, created.data, field)]),
    literalOf(type, data, field),
  ]
  const published = ownStream ? 'user' : `\`${feature.camel}-\${userId}\``
  return `import { expect, it } from 'vitest'
import type { ${feature.pascal}Event } from '../../../../domain/${feature.kebab}/events.ts'
${ownStream ? '' : `import type { UserEvent } from '../../../../domain/user/events.ts'\n`}import { ${name.camel}Reaction } from '../../../../workflows/${feature.kebab}/${name.kebab}.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}

it('sends a mail about ${type} once, however often the event arrives', async () => {
  const { user, userId, ports, append, handlerOf, publish, mails } = setUp()
  const history: ${feature.pascal}Event[] = [${history.join(', ')}]
  await append(user, registered)
  const handler = handlerOf(${name.camel}Reaction(ports))
  const delivered = await publish(${published}, ...history)
  await handler(delivered, context)
  await handler(delivered, context)
  expect(mails).toMatchObject([{ to: 'ann@example.com', text: expect.stringContaining('Hello Ann,') }])
})
`
}

/** An event whose field `field` contains the id of the test's person. */
function literalOf(type: string, data: object, field: string): string {
  const fields = Object.entries(data).map(([key, value]) =>
    key === field ? `${key}: userId` : `${key}: ${JSON.stringify(value)}`,
  )
  return `{ type: '${type}', data: { ${fields.join(', ')} } }`
}

/** The element for the list of expected reactions, and its imports. */
export const expectedReactionOf = ({ name, type, recipient }: NewReaction) =>
  recipient === undefined
    ? { element: `['${name.pascal}', ['${type}'], '${name.pascal}']`, imports: ['type ExpectedReaction'] }
    : { element: `mail('${name.pascal}', ['${type}'])`, imports: ['type ExpectedReaction', 'mail'] }

/** The element for the list of expected functions. */
export const expectedFunctionOf = ({ name, secret }: NewReaction) => {
  const resource = `${name.pascal}Secret`
  const environment = secret === undefined ? '{}' : `{ SECRET_ARN: '${resource}' }`
  const grants = secret === undefined ? '{}' : `{ ${resource}: 'secretsmanager: GetSecretValue' }`
  return `reaction('${name.pascal}', '${name.kebab}', ${environment}, ${grants})`
}

export const functionListOf = (reaction: NewReaction) =>
  `export const ${reaction.feature.camel}Functions: readonly ExpectedFunction[] = [${expectedFunctionOf(reaction)}]`

export const expectedOf = (reaction: NewReaction) => {
  const { element, imports } = expectedReactionOf(reaction)
  const isFunction = reaction.recipient === undefined
  const names = isFunction ? [...imports, 'type ExpectedFunction', 'reaction'] : imports
  return `import { ${names.join(', ')} } from '../expected.ts'

export const ${reaction.feature.camel}Reactions: readonly ExpectedReaction[] = [${element}]
${isFunction ? `\n${functionListOf(reaction)}\n` : ''}`
}
