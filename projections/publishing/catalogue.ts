import * as z from 'zod/mini'
import type { CatalogueEntry } from '../../domain/kernel/publication.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { type Envelope, envelope, source } from './envelope.ts'
import { type AnyPublished, eventCatalogueOf, type WholeCatalogue } from './event-catalogue.ts'

/** The document of the public events, as Markdown. */
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

What happens in Annals is published on its EventBridge bus, for other services and for its own reactions. This page
is made from the schemas by \`npm run events\`; a test fails while it is out of date.`

function envelopeSection({ publicEvents }: WholeCatalogue, aggregates: readonly AnyPublished[]): string {
  return `## The envelope

Every event has \`source: "${source}"\`, its type as \`detail-type\`, the time when it happened as \`time\`, and this
\`detail\`:

${fields(envelope)}

\`\`\`json
${publicEvents.slice(0, 1).map((event) => json(envelopeOf(event, aggregates)))}
\`\`\``
}

const consuming = `## How to consume them

Make a rule on the bus, with a dead-letter queue for its target: EventBridge tries for 24 hours and then drops what
has none.

\`\`\`json
{ "source": ["annals"], "detail-type": ["ProjectCreated"], "detail": { "schema": [1] } }
\`\`\`

\`\`\`ts
new Rule(this, 'ProjectCreated', {
  eventBus: EventBus.fromEventBusArn(this, 'Annals', annalsBusArn),
  eventPattern: { source: ['annals'], detailType: ['ProjectCreated'], detail: { schema: [1] } },
  targets: [new LambdaFunction(consumer, { deadLetterQueue })],
})
\`\`\`

- **Each event comes at least once.** Dedupe by \`detail.id\`, which is the same for every delivery; EventBridge's own
  \`id\` is not.
- **In no order.** \`version\` tells the order within a \`stream\`: keep the version of what you have applied, a title or
  a role, and ignore an older one. Private events count too, so a missing version is not a lost event.
- **Late, at times.** An event that could not be sent holds back its stream and no other, and is sent with the next
  event of that stream. Events of any age can be sent again on purpose.
- **Ids instead of people.** A name or an address is never in an event: ask for it when you need it, and an account
  that was deleted is then really gone.

**What will not change.** A schema number stands for one shape of \`data\`. Under the same number fields are only
added, so ignore those that you do not know. Anything else (a field that goes, another meaning, another type) gets
the next number. A type of event keeps its name for good.`

const reactions = `## What Annals itself does with them

A person who registers is welcomed by mail, an owner is told of a new project, a person gets their invoices, and with
a deleted account the sign-in is deleted and the plan ends. Each is done once for an event, and again only where it failed. Between the mail service taking a mail
and our record of it a crash can repeat that mail once: both carry the event's \`id\` in the header \`X-Annals-Event\`.
No mail is sent for an event older than 14 days.`

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
  return ['## The events', ...sections].join('\n\n')
}

function privateSection({ privateEvents }: WholeCatalogue): string {
  const lines = Object.entries(privateEvents).map(([type, why]) => `- \`${type}\`: ${why}`)
  return ['## What is not published', lines.join('\n')].join('\n\n')
}

/** A table of an object's fields. */
function fields(schema: z.ZodMiniType): string {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  const rows = Object.entries(properties).map(([name, property]) => {
    // JSON Schema allows `true` for anything; an object says more.
    const { type = 'any', enum: values, description = '' } = typeof property === 'object' ? property : {}
    const kind = values === undefined ? type : values.map((value) => JSON.stringify(value)).join(' or ')
    return `| \`${name}\` | ${kind} | ${description} |`
  })
  return ['| field | type | |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The examples of a category are one story: each event takes the next version. */
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
