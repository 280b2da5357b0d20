import { describe, it } from 'vitest'
import { joined, left, planned, postponed, renamed, resumed } from '../../kit/fleet/history.ts'
import { voyage } from '../../kit/fleet/voyage.ts'
import type { VoyageEvent } from '../../kit/fleet/voyage-events.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(voyage)
const ann = { actorId: 'ann' }
const bob = { actorId: 'bob' }
const chartered: VoyageEvent = { type: 'ShipChartered', data: { ship: 'Argo', shipKey: 'argo' } }

describe('a voyage that nobody has planned', () => {
  it('is planned, with the planner as its captain', () => {
    given()
      .when({ type: 'plan-voyage', ...ann, name: 'Atlas' })
      .then(planned)
  })

  it('is visible to nobody', () => {
    given()
      .when({ type: 'rename-voyage', ...ann, name: 'Globe' })
      .thenRefused('not-found')
  })
})

describe('a planned voyage', () => {
  it('is planned once', () => {
    given(planned)
      .when({ type: 'plan-voyage', ...ann, name: 'Atlas' })
      .thenNothing()
  })

  it('is renamed, and renamed to the same name without an event', () => {
    const rename = { type: 'rename-voyage', ...ann, name: 'Globe' } as const
    given(planned).when(rename).then(renamed('Globe'))
    given(planned, renamed('Globe')).when(rename).thenNothing()
  })

  it('has at most one ship', () => {
    const charter = { type: 'charter-ship', ...ann, ship: 'Argo' } as const
    given(planned).when(charter).then(chartered)
    given(planned, chartered).when(charter).thenNothing()
    given(planned, chartered)
      .when({ type: 'return-ship', ...ann })
      .then({ type: 'ShipReturned', data: {} })
    given(planned)
      .when({ type: 'return-ship', ...ann })
      .thenNothing()
  })

  it('takes a sailor aboard, who may change role and may leave', () => {
    const mate = { sailorId: 'bob', role: 'mate' } as const
    given(planned)
      .when({ type: 'sign-on', ...ann, ...mate })
      .then({ type: 'SailorJoined', data: mate })
    given(planned, joined('bob'))
      .when({ type: 'sign-on', ...ann, ...mate })
      .then({ type: 'SailorRoleChanged', data: mate })
    given(planned, joined('bob'))
      .when({ type: 'sign-off', ...bob, sailorId: 'bob' })
      .then(left('bob'))
  })

  it('never loses its captain', () => {
    given(planned)
      .when({ type: 'sign-off', ...ann, sailorId: 'ann' })
      .thenRefused('captain-stays')
    given(planned)
      .when({ type: 'sign-on', ...ann, sailorId: 'ann', role: 'hand' })
      .thenRefused('captain-is-aboard')
  })

  it('is changed only by people with the right to do so', () => {
    given(planned, joined('bob'))
      .when({ type: 'rename-voyage', ...bob, name: 'Globe' })
      .thenRefused('forbidden')
    given(planned, joined('bob'))
      .when({ type: 'postpone-voyage', ...bob })
      .thenRefused('forbidden')
    given(planned)
      .when({ type: 'rename-voyage', ...bob, name: 'Globe' })
      .thenRefused('not-found')
  })
})

describe('a postponed voyage', () => {
  it('is not renamed until it is resumed', () => {
    const rename = { type: 'rename-voyage', ...ann, name: 'Globe' } as const
    given(planned, postponed).when(rename).thenRefused('voyage-postponed')
    given(planned, postponed)
      .when({ type: 'resume-voyage', ...ann })
      .then(resumed)
    given(planned, postponed, resumed).when(rename).then(renamed('Globe'))
  })
})
