import type { Names } from '../names.ts'

export const contractOf = ({ one, many, a }: Names) => `import * as z from 'zod/mini'
import { ${one.camel}Name } from '../../domain/${one.kebab}/events.ts'
import { idOf, itemFields } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

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
} as const satisfies FeatureContract
`

export const handlersOf = ({ one }: Names) => `import { streamName } from '../../domain/kernel/stream.ts'
import { ${one.camel}, type ${one.pascal}Command } from '../../domain/${one.kebab}/${one.kebab}.ts'
import { execute } from '../execution/execute.ts'
import type { HandlersOf, Target } from '../http/handler-types.ts'
import type { ${one.camel}Contract } from './contract.ts'

function on${one.pascal}(id: string, command: ${one.pascal}Command): Target {
  const stream = streamName(${one.camel}.name, id)
  return { id, stream, execute: (ids, options) => execute(${one.camel}, { ...ids, stream, command }, options) }
}

/** Turns the body of each ${one.words} command into a command on a stream. */
export const ${one.camel}Handlers: HandlersOf<typeof ${one.camel}Contract> = {
  'create-${one.kebab}': ({ name }, { actorId, createdId }) =>
    on${one.pascal}(createdId, { type: 'create-${one.kebab}', actorId, name }),
  'rename-${one.kebab}': ({ ${one.camel}Id, name }, { actorId }) =>
    on${one.pascal}(${one.camel}Id, { type: 'rename-${one.kebab}', actorId, name }),
  'archive-${one.kebab}': ({ ${one.camel}Id }, { actorId }) =>
    on${one.pascal}(${one.camel}Id, { type: 'archive-${one.kebab}', actorId }),
}
`
