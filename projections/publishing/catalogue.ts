import * as z from 'zod/mini'
import type { CatalogueEntry } from '../../domain/kernel/publication.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type Envelope, envelope, source } from './envelope.ts'
import { type AnyPublished, eventCatalogueOf, type WholeCatalogue } from './event-catalogue.ts'

/** Makes the document of the public events, as Markdown. */
export function catalogue(aggregates: readonly AnyPublished[]): string {
  const events = eventCatalogueOf(aggregates)
  const sections = [
    introduction,
    envelopeSection(events, aggregates),
    consuming,
    reactions,
    eventsSection(events, aggregates),
    privateSection(events),
  ]
  return `${sections.join('\n\n')}\n`
}

const introduction = `# Public events

Annals publishes events on its EventBridge bus, for other services and for its own reactions. \`npm run events\` makes
this page from the schemas. A test fails while the page is out of date.`

function envelopeSection({ publicEvents }: WholeCatalogue, aggregates: readonly AnyPublished[]): string {
  return `## The envelope

Every event has the \`source\` \`${source}\`, its type as \`detail-type\`, its time as \`time\`, and this \`detail\`:

${fields(envelope)}

\`\`\`json
${publicEvents.slice(0, 1).map((event) => json(envelopeOf(event, aggregates)))}
\`\`\``
}

const consuming = `## How to consume them

Create a rule on the bus, and give its target a dead-letter queue. EventBridge retries a delivery for 24 hours. After
that, it drops the event if there is no queue.

\`\`\`json
{ "source": ["annals"], "detail-type": ["ProjectCreated"], "detail": { "schema": [2] } }
\`\`\`

\`\`\`ts
new Rule(this, 'ProjectCreated', {
  eventBus: EventBus.fromEventBusArn(this, 'Annals', annalsBusArn),
  eventPattern: { source: ['annals'], detailType: ['ProjectCreated'], detail: { schema: [2] } },
  targets: [new LambdaFunction(consumer, { deadLetterQueue })],
})
\`\`\`

- **At least once.** An event can be delivered more than once. Deduplicate by \`detail.id\`, which is the same for every
  delivery. EventBridge's own \`id\` is not.
- **In no order.** \`version\` is the order within a \`stream\`. Keep the version of the last change that you applied,
  such as a role, and ignore older events. Private events also have versions, so a missing version is not
  a lost event.
- **Sometimes late.** An event that cannot be sent holds back only its own stream. It is sent with the next event of
  that stream. An operator can also send events of any age again.
- **Ids instead of personal data.** An event never contains a name, an address, or a text that a person wrote, such as a
  title. Query them when you need them. Then none remains in your service after a person deletes their account.

**Stability.** A schema number identifies one shape of \`data\`. Under the same number, fields are only added, so ignore
fields that you do not know. Any other change, such as a removed field, another meaning or another type, gets the next
number. The name of an event type never changes.`

const reactions = `## How Annals uses them

Annals sends mails about a new account, a new project, a new invoice, and an upload that was completed or not accepted.
When a person deletes their account, it deletes their sign-in and ends their plan. Each reaction runs once per event, and again only
if it failed. If a function crashes after it sent a mail and before it recorded the event, the mail is sent twice. Both
mails contain the event's \`id\` in the header \`X-Annals-Event\`. No mail is sent for an event older than 14 days.`

function eventsSection({ publicEvents }: WholeCatalogue, aggregates: readonly AnyPublished[]): string {
  const sections = publicEvents.map(
    (event) => `### ${event.type}

${event.description} Schema ${event.schema}.

${fields(event.data)}

<details><summary>JSON Schema and example</summary>

\`\`\`json
${json(z.toJSONSchema(event.data, { io: 'input' }))}
\`\`\`

\`\`\`json
${json(envelopeOf(event, aggregates))}
\`\`\`

</details>`,
  )
  return ['## Events', ...sections].join('\n\n')
}

function privateSection({ privateEvents }: WholeCatalogue): string {
  const lines = Object.entries(privateEvents).map(([type, why]) => `- \`${type}\`: ${why}`)
  return ['## Private events', lines.join('\n')].join('\n\n')
}

/** Makes a table of an object's fields. */
function fields(schema: z.ZodMiniType): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  const rows = Object.entries(properties).map(([name, property]) => {
    // JSON Schema allows `true` for any value. Only an object has further facts.
    const { type = 'any', enum: values, description = '' } = typeof property === 'object' ? property : {}
    const kind = values === undefined ? type : values.map((value) => JSON.stringify(value)).join(' or ')
    return `| \`${name}\` | ${kind} | ${description} |`
  })
  return ['| field | type | |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The examples of a category tell one story, so each event has the next version. */
function envelopeOf(event: CatalogueEntry, aggregates: readonly AnyPublished[]): Envelope {
  const owner = aggregates.find(({ publication }) => publication.public.includes(event))
  const { public: story = [], exampleId = '' } = owner?.publication ?? {}
  const stream = streamName(owner?.name ?? '', exampleId)
  const version = story.indexOf(event) + 1
  return {
    id: `${stream}/${version}`,
    type: event.type,
    schema: event.schema,
    stream,
    version,
    at: `2026-01-0${version}T12:00:00.000Z`,
    actor: '5f0c3f5e',
    correlationId: 'b9d5f6a0-3c5e-4f0e-9f53-0c1d2e3f4a5b',
    causationId: '6a1f0e9d-8c7b-4a5d-9e3f-2b1c0d9e8f7a',
    data: event.example,
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}
