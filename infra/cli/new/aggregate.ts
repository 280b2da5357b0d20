import { type Change, editsOf } from './change.ts'
import { addElement } from './edit/lists.ts'
import { addImport } from './edit/statements.ts'
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
      // Tests find the fixtures by the name that the aggregate's streams begin with.
      [`test/fixtures/events/${one.camel}.json`]: fixturesOf(names),
      [`test/kit/arbitraries/${one.kebab}.ts`]: arbitrariesOf(names),
      [`test/domain/${one.kebab}/${one.kebab}.test.ts`]: domainTestOf(names),
      [`test/projections/${one.kebab}/${one.kebab}.test.ts`]: apiTestOf(names),
    },
    edits: [
      ...editsOf(
        'domain/aggregates.ts',
        addElement('aggregates', one.camel),
        addImport([one.camel], `./${one.kebab}/${one.kebab}.ts`),
      ),
      ...editsOf(
        'commands/contract.ts',
        addElement('commands', `...${one.camel}Contract.commands`),
        addElement('queries', `...${one.camel}Contract.queries`),
        addImport([`${one.camel}Contract`], `./${one.kebab}/contract.ts`),
      ),
      ...editsOf(
        'commands/handlers.ts',
        addElement('commandHandlers', `...${one.camel}Handlers`),
        addImport([`${one.camel}Handlers`], `./${one.kebab}/handlers.ts`),
      ),
      ...editsOf(
        'projections/versions.ts',
        addElement('versions', `versionOf(${many.camel}V1)`),
        addImport([`${many.camel}V1`], `./${one.kebab}/v1/projection.ts`),
      ),
      ...editsOf(
        'projections/queries.ts',
        addElement('queryHandlers', `...${one.camel}Queries`),
        addImport([`${one.camel}Queries`], `./${one.kebab}/queries.ts`),
      ),
    ],
  }
}
