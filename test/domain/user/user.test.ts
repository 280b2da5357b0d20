import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emailAddress, normalAddress, type UserEvent } from '../../../domain/user/events.ts'
import { userPublication } from '../../../domain/user/public-events.ts'
import { emailKeys, emailReservation, user } from '../../../domain/user/user.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(user)
const ann = { actorId: 'ann' }

const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'Ann@Example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const renamed: UserEvent = { type: 'UserProfileChanged', data: { name: 'Annie' } }
const deleted: UserEvent = { type: 'UserDeleted', data: {} }
const register = { type: 'register-user', ...ann, email: 'Ann@Example.com', name: 'Ann' } as const
const rename = { type: 'change-profile', ...ann, name: 'Annie' } as const
const leave = { type: 'delete-account', ...ann, hold: undefined } as const

const holdsAfter = (...history: UserEvent[]) => user.holds?.(history.reduce(user.evolve, user.initial), 'ann')

describe('an unknown person', () => {
  it('is registered, with the given address and its normalised form', () => {
    given().when(register).then(registered)
  })

  it.each([rename, leave])('cannot $type', (command) => {
    given().when(command).thenRefused('not-found')
  })
})

describe('a registered person', () => {
  it('is registered twice without a second event', () => {
    given(registered).when(register).thenNothing()
  })

  it('keeps the address of their first registration', () => {
    given(registered)
      .when({ ...register, email: 'bob@example.com' })
      .thenNothing()
  })

  it('changes their name', () => {
    given(registered).when(rename).then(renamed)
  })

  it('keeps the same name without an event', () => {
    given(registered, renamed).when(rename).thenNothing()
  })

  it('deletes their account', () => {
    given(registered).when(leave).then(deleted)
  })

  it('cannot delete their account while there is a hold on it, and gets its rule', () => {
    given(registered)
      .when({ ...leave, hold: { rule: 'owns-lamps', detail: 'Give the lamps away first.' } })
      .thenRefused('owns-lamps')
  })
})

describe('a person who deleted their account', () => {
  it('deletes it only once without a second event', () => {
    given(registered, deleted).when(leave).thenNothing()
  })

  it.each([register, rename])('can no longer $type', (command) => {
    given(registered, deleted).when(command).thenRefused('account-deleted')
  })
})

describe('the address of a person', () => {
  it('is held from the registration to the deletion', () => {
    expect(holdsAfter()).toEqual([])
    expect(holdsAfter(registered, renamed)).toEqual([{ set: 'email', key: 'ann@example.com' }])
    expect(holdsAfter(registered, deleted)).toEqual([])
  })

  it('is held as it was normalised then, even if the rule has changed since', () => {
    const old: UserEvent = {
      type: 'UserRegistered',
      data: { email: 'Ann@Example.com', emailKey: 'EXAMPLE.COM/ann', name: 'Ann' },
    }
    expect(holdsAfter(old, renamed)).toEqual([{ set: 'email', key: 'EXAMPLE.COM/ann' }])
  })

  it.each([
    ['Ann@Example.COM', 'ann@example.com'],
    [' ann@example.com ', 'ann@example.com'],
    ['a\u030ann@example.com', '\u00e5nn@example.com'],
  ])('%j is normalised to %j', (email, key) => {
    expect(emailReservation(email)).toEqual({ set: 'email', key })
  })
})

describe('the key of a person', () => {
  it("is the stored one, even if today's rule would compute another", () => {
    const registered: UserEvent = {
      type: 'UserRegistered',
      data: { email: 'Ann@example.com', emailKey: 'EXAMPLE.COM/ann', name: 'Ann' },
    }
    const state = user.evolve(user.initial, registered)
    expect(user.holds?.(state, 'ann')).toEqual([{ set: 'email', key: 'EXAMPLE.COM/ann' }])
    expect(user.holds?.(user.evolve(state, { type: 'UserDeleted', data: {} }), 'ann')).toEqual([])
  })
})

describe('the public event of a person', () => {
  const publicFormOf = (type: UserEvent['type']) =>
    userPublication.public.find((entry) => entry.type === type)

  it('is published at the registration, with the id and nothing personal', () => {
    const data = { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' }
    const event = { type: 'UserRegistered', data, id: 'sub' }
    expect(publicFormOf('UserRegistered')?.publish(event)).toEqual({ userId: 'sub' })
    expect(publicFormOf('UserProfileChanged')).toBeUndefined()
  })
})

describe('an address', () => {
  it('is normalised to the same result, however often', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (address) => {
        const normal = normalAddress(address)
        expect(normalAddress(normal)).toBe(normal)
        expect(normal.normalize('NFC').toLowerCase()).toBe(normal)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['T\u0308om@example.com', '\u1e97om@example.com'],
    ['A\u030angstrom@example.com', '\u00c5NGSTROM@EXAMPLE.COM'],
    ['\u0130@example.com', 'i\u0307@example.com'],
  ])('%j equals %j', (one, other) => {
    expect(emailReservation(one)).toEqual(emailReservation(other))
  })

  it('is also found under the key of the previous rule', () => {
    expect(emailKeys('Ann@example.com').map(({ key }) => key)).toEqual(['ann@example.com'])
    expect(emailKeys('T\u0308om@example.com').map(({ key }) => key)).toEqual([
      '\u1e97om@example.com',
      't\u0308om@example.com',
    ])
  })

  it.each([
    ['controls', 'a\u0000b@example.com'],
    ['direction marks', 'a\u202eb@example.com'],
    ['invisible characters', 'a\u200bb@example.com'],
    ['more than 254 characters', `${'a'.repeat(251)}@example.com`],
    ['a key over 1,024 bytes', `${'\u{1d160}'.repeat(127)}@example.com`],
  ])('with %s is refused', (_, address) => {
    expect(emailAddress.safeParse(address).success).toBe(false)
  })
})
