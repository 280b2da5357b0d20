import type { Names } from '../names.ts'

export const contractOf = ({ one, many, a }: Names) => `import * as z from 'zod/mini'
import { ${one.camel}Name } from '../../domain/${one.kebab}/events.ts'
import type { AggregateContract } from '../contract.ts'
import { idOf, itemFields } from '../http/contract-fields.ts'

const ${one.camel}Id = idOf('Id of the ${one.words}, as \`create-${one.kebab}\` returned it')

const item = z.strictObject({
  ...itemFields,
  name: z.string(),
  ownerId: z.string(),
  archived: z.boolean(),
})

export const ${one.camel}Contract = {
  commands: {
    'create-${one.kebab}': {
      summary: 'Create ${a} that you own',
      creates: true,
      body: z.strictObject({ name: ${one.camel}Name }),
    },
    'rename-${one.kebab}': {
      summary: 'Give ${a} another name',
      creates: false,
      body: z.strictObject({ ${one.camel}Id, name: ${one.camel}Name }),
    },
    'archive-${one.kebab}': {
      summary: 'Close ${a} to changes',
      creates: false,
      body: z.strictObject({ ${one.camel}Id }),
    },
  },
  queries: {
    '/${many.kebab}/{${one.camel}Id}': { summary: 'One of your ${many.words}', kind: 'one', item },
    '/me/${many.kebab}': { summary: 'Your ${many.words}, newest first', kind: 'many', item },
  },
} as const satisfies AggregateContract
`

export const commandsOf = ({ one }: Names) => `import { streamName } from '../../domain/kernel/stream.ts'
import { ${one.camel}, type ${one.pascal}Command } from '../../domain/${one.kebab}/${one.kebab}.ts'
import { execute } from '../execution/execute.ts'
import type { CommandHandlers, Target } from '../handlers.ts'

function on${one.pascal}(id: string, command: ${one.pascal}Command): Target {
  const stream = streamName(${one.camel}.name, id)
  return { id, stream, execute: (ids, options) => execute(${one.camel}, { ...ids, stream, command }, options) }
}

/** How the body of each ${one.words} command becomes a command on a stream. */
export const ${one.camel}Commands = {
  'create-${one.kebab}': ({ name }, { actorId, createdId }) =>
    on${one.pascal}(createdId, { type: 'create-${one.kebab}', actorId, name }),
  'rename-${one.kebab}': ({ ${one.camel}Id, name }, { actorId }) =>
    on${one.pascal}(${one.camel}Id, { type: 'rename-${one.kebab}', actorId, name }),
  'archive-${one.kebab}': ({ ${one.camel}Id }, { actorId }) =>
    on${one.pascal}(${one.camel}Id, { type: 'archive-${one.kebab}', actorId }),
} satisfies Partial<CommandHandlers>
`
