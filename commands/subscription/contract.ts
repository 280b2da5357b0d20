import * as z from 'zod/mini'
import { month } from '../../domain/subscription/months.ts'
import { plan } from '../../domain/subscription/plans.ts'
import { idLike, itemFields, textLike, timestamp } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const bytes = z.int().check(z.nonnegative())

/** Everyone has one. A person who has chosen no plan and uploaded nothing is on the free one. */
const ofEveryone = {
  ...itemFields,
  id: idLike.check(z.describe('Your own')),
  version: z.int().check(z.nonnegative(), z.describe('0 until you choose a plan or upload something')),
  createdAt: timestamp.check(z.describe('When you registered')),
}

export const subscriptionContract = {
  commands: {
    'change-plan': {
      summary:
        'Choose another plan. A month is paid for whole, at the price of the dearest that you had in it',
      creates: false,
      body: z.strictObject({ plan }),
    },
    'cancel-subscription': {
      summary: 'Go back to the free plan',
      creates: false,
      body: z.strictObject({}),
    },
  },
  queries: {
    '/me/subscription': {
      summary: 'The plan that you are on',
      kind: 'one',
      item: z.strictObject({
        ...ofEveryone,
        plan,
        since: timestamp,
        renewsAt: z.optional(timestamp.check(z.describe('When the next month begins; not on the free plan'))),
      }),
    },
    '/me/usage': {
      summary: 'The room that the uploads of your projects take, and how much there is',
      kind: 'one',
      item: z.strictObject({
        ...ofEveryone,
        bytesUsed: bytes,
        bytesReserved: bytes.check(z.describe('Kept for uploads on their way')),
        bytesAllowed: bytes,
      }),
    },
    '/me/invoices': {
      summary: 'Your invoices, one for each month that you had a plan to pay for, newest first',
      kind: 'many',
      item: z.strictObject({
        ...itemFields,
        period: month,
        amount: z.int().check(z.positive(), z.describe('In minor units of the currency')),
        currency: textLike('USD').check(z.describe('ISO 4217')),
        issuedAt: timestamp,
      }),
    },
  },
} as const satisfies FeatureContract
