import * as z from 'zod/mini'
import { personName } from '../../domain/user/events.ts'
import { itemFields, textLike } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const me = z.strictObject({ ...itemFields, email: textLike('ann@example.com'), name: textLike('Ann') })

export const userContract = {
  commands: {
    'change-profile': {
      summary: 'Change your name',
      creates: false,
      body: z.strictObject({ name: personName }),
    },
    'delete-account': {
      summary: 'Delete your account permanently. Remove the members of your projects first',
      creates: false,
      body: z.strictObject({}),
    },
  },
  queries: {
    '/me': { summary: 'Your account', kind: 'one', item: me },
  },
} as const satisfies FeatureContract
