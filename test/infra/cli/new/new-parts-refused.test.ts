import { describe, expect, it } from 'vitest'
import { commands, queries } from '../../../../commands/contract.ts'
import { aggregates } from '../../../../domain/aggregates.ts'
import {
  aggregatesIn,
  contractKeysIn,
  eventTypesIn,
  readModelsIn,
} from '../../../../infra/cli/new/edit/repository.ts'
import { type GivenOptions, kinds } from '../../../../infra/cli/new/kinds.ts'
import { eventCatalogue } from '../../../../projections/event-catalogue.ts'
import { versions } from '../../../../projections/versions.ts'

/** Plans a part for this repository. A plan writes nothing. */
const plan = (kind: string, operands: readonly string[], options: GivenOptions = {}) =>
  kinds[kind]?.plan('.', operands, options)

describe('a part is refused', () => {
  it.each<[kind: string, operands: readonly string[], options: GivenOptions, reason: string]>([
    ['event', ['zebra', 'painted'], {}, 'there is no aggregate "zebra"; the aggregates are'],
    ['event', ['user', 'Painted it'], {}, '"Painted it" is not a name'],
    ['event', ['user', 'registered'], {}, 'domain/user/events.ts already has UserRegistered'],
    ['event', ['user', 'UserRegistered'], {}, 'domain/user/events.ts already has UserRegistered'],
    ['command', ['zebra', 'paint'], {}, 'there is no aggregate "zebra"'],
    ['command', ['user', 'delete account'], {}, '"delete account" is not a name'],
    ['command', ['user', 'paint'], {}, 'commands/user/contract.ts has no constant userId'],
    ['query', ['zebra', 'summary'], {}, 'there is no aggregate "zebra"'],
    ['query', ['user', 'summary'], {}, 'commands/user/contract.ts has no query that ends with /{userId}'],
    ['reaction', ['greet'], {}, 'name the event: npm run new -- reaction NAME --on EVENT'],
    ['reaction', ['greet'], { on: 'UserPainted' }, 'there is no event UserPainted'],
    ['reaction', ['greet'], { on: 'UserProfileChanged' }, 'UserProfileChanged is private: make it public'],
    ['reaction', ['welcome-email'], { on: 'UserRegistered' }, 'the reaction welcome-email already exists'],
    ['reaction', ['Greet'], { on: 'UserRegistered' }, '"Greet" is not a name'],
    ['schedule', ['projector'], {}, 'the function projector already exists'],
    ['schedule', ['user'], {}, '"user" is a feature'],
    ['schedule', ['count'], { expression: 'daily' }, '"daily" is no expression: use cron(…) or rate(…)'],
    ['schedule', ['sweep'], { emits: 'due' }, '--emits and --public need --sweep READ_MODEL'],
    ['schedule', ['sweep'], { sweep: 'users' }, 'name the event that each command emits'],
    ['schedule', ['sweep'], { sweep: 'zebras', emits: 'due' }, 'there is no read model "zebras"'],
    ['schedule', ['projector'], { sweep: 'users', emits: 'due' }, 'the function projector already exists'],
    ['reaction', ['call'], { on: 'UserRegistered', mail: true, secret: 'it' }, 'a mail needs no secret'],
    ['reaction', ['call'], { on: 'UserRegistered', secret: "it's" }, `"it's" is no service`],
    ['version', ['user'], {}, 'there is no read model "user"; the read models are'],
    ['aggregate', ['user-command'], {}, '"user-command" is taken by domain/user'],
  ])('%s %j %j', (kind, operands, options, reason) => {
    expect(() => plan(kind, operands, options)).toThrow(reason)
  })
})

describe('the sources tell', () => {
  it('every aggregate, command, query, type of event and version, as the running code has them', () => {
    expect(aggregatesIn('.')).toHaveLength(aggregates.length)
    expect(contractKeysIn('.', 'commands').toSorted()).toEqual(Object.keys(commands).toSorted())
    expect(contractKeysIn('.', 'queries').toSorted()).toEqual(Object.keys(queries).toSorted())
    const types = aggregates.flatMap(({ events }) => Object.keys(events.schemas))
    expect(
      eventTypesIn('.')
        .map(({ type }) => type)
        .toSorted(),
    ).toEqual(types.toSorted())
    expect(
      eventTypesIn('.')
        .flatMap(({ type, published }) => (published ? [`${type} ${published.schema}`] : []))
        .toSorted(),
    ).toEqual(eventCatalogue.publicEvents.map(({ type, schema }) => `${type} ${schema}`).toSorted())
    expect(
      readModelsIn('.')
        .map(({ name, version }) => `${name} ${version}`)
        .toSorted(),
    ).toEqual(versions.all.map(({ name, version }) => `${name} ${version}`).toSorted())
  })
})
