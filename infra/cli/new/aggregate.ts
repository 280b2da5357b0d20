import type { Change } from './change.ts'
import type { Names } from './names.ts'
import { aggregateOf, eventsOf, publicEventsOf } from './templates/domain.ts'
import { projectionOf, queriesOf, queryHandlersOf } from './templates/read-side.ts'
import { apiTestOf, arbitrariesOf, domainTestOf, fixturesOf } from './templates/tests.ts'
import { contractOf, handlersOf } from './templates/write-side.ts'

/** A vertical slice for a new aggregate, and an entry in each of the five lists that name the aggregates. */
export function newAggregate(names: Names): Change {
  const { one, many } = names
  const readModel = `projections/${one.kebab}`
  return {
    files: {
      [`domain/${one.kebab}/events.ts`]: eventsOf(names),
      [`domain/${one.kebab}/public-events.ts`]: publicEventsOf(names),
      [`domain/${one.kebab}/${one.kebab}.ts`]: aggregateOf(names),
      [`commands/${one.kebab}/contract.ts`]: contractOf(names),
      [`commands/${one.kebab}/handlers.ts`]: handlersOf(names),
      [`${readModel}/v1/projection.ts`]: projectionOf(names),
      [`${readModel}/v1/queries.ts`]: queriesOf(names),
      [`${readModel}/queries.ts`]: queryHandlersOf(names),
      // The tests look for it by the name in the aggregate's streams.
      [`test/fixtures/events/${one.camel}.json`]: fixturesOf(names),
      [`test/kit/arbitraries/${one.kebab}.ts`]: arbitrariesOf(names),
      [`test/domain/${one.kebab}/${one.kebab}.test.ts`]: domainTestOf(names),
      [`test/projections/${one.kebab}/${one.kebab}.test.ts`]: apiTestOf(names),
    },
    additions: [
      {
        file: 'domain/aggregates.ts',
        imports: [`import { ${one.camel} } from './${one.kebab}/${one.kebab}.ts'`],
        entries: [
          {
            list: 'export const aggregates = [',
            entry: one.camel,
          },
        ],
      },
      {
        file: 'commands/contract.ts',
        imports: [`import { ${one.camel}Contract } from './${one.kebab}/contract.ts'`],
        entries: [
          { list: 'export const commands = {', entry: `...${one.camel}Contract.commands` },
          { list: 'export const queries = {', entry: `...${one.camel}Contract.queries` },
        ],
      },
      {
        file: 'commands/handlers.ts',
        imports: [`import { ${one.camel}Handlers } from './${one.kebab}/handlers.ts'`],
        entries: [
          {
            list: 'export const commandHandlers: HandlersOf<typeof contract> = {',
            entry: `...${one.camel}Handlers`,
          },
        ],
      },
      {
        file: 'projections/versions.ts',
        imports: [`import { ${many.camel}V1 } from './${one.kebab}/v1/projection.ts'`],
        entries: [
          {
            list: 'export const versions = projectionVersions([',
            entry: `versionOf(${many.camel}V1)`,
          },
        ],
      },
      {
        file: 'projections/queries.ts',
        imports: [`import { ${one.camel}Queries } from './${one.kebab}/queries.ts'`],
        entries: [{ list: 'export const queryHandlers = {', entry: `...${one.camel}Queries` }],
      },
    ],
  }
}
