import * as z from 'zod/mini'
import { month } from '../../domain/subscription/months.ts'
import { plan } from '../../domain/subscription/plans.ts'
import { idLike, itemFields, textLike, timestamp } from '../http/contract-fields.ts'
import type { FeatureContract } from '../http/contract-types.ts'

const bytes = z.int().check(z.nonnegative())

/** Every person has one. A person who has not chosen a plan or uploaded anything is on the free plan. */
const ofEveryone = {
  ...itemFields,
  id: idLike.check(z.describe('Your user id')),
  version: z.int().check(z.nonnegative(), z.describe('0 until you choose a plan or upload something')),
  createdAt: timestamp.check(z.describe('When you registered')),
}

export const subscriptionContract = {
  commands: {
    'change-plan': {
      summary:
        'Change your plan. A month is billed in full, at the price of the most expensive plan that you had in it',
      creates: false,
      body: z.strictObject({ plan }),
    },
    'cancel-subscription': {
      summary: 'Return to the free plan',
      creates: false,
      body: z.strictObject({}),
    },
  },
  queries: {
    '/me/subscription': {
      summary: 'Your plan',
      kind: 'one',
      item: z.strictObject({
        ...ofEveryone,
        plan,
        since: timestamp,
        renewsAt: z.optional(
          timestamp.check(z.describe('The start of the next month. Absent on the free plan')),
        ),
      }),
    },
    '/me/usage': {
      summary: 'The storage that the uploads of your projects use, and the limit of your plan',
      kind: 'one',
      item: z.strictObject({
        ...ofEveryone,
        bytesUsed: bytes,
        bytesReserved: bytes.check(z.describe('Reserved for open uploads')),
        bytesAllowed: bytes,
      }),
    },
    '/me/invoices': {
      summary: 'Your invoices, one for each month with a paid plan, newest first',
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
