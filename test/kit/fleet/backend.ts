import type { Measured } from '../../../commands/aws/measure.ts'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { apiHandler } from '../../../commands/http/api.ts'
import { commandHandler } from '../../../commands/http/handle-command.ts'
import { openApi } from '../../../commands/http/openapi/document.ts'
import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { queryHandler } from '../../../projections/query/handle-query.ts'
import { manualClock } from '../clocks/manual-clock.ts'
import { requestsTo } from '../memory/requests.ts'
import { enlistIn, fleetAccountStatus, fleetCommands, fleetHandlers } from './commands.ts'
import { fleetVersions } from './fleet.ts'
import { fleetAccounts, fleetQueries, fleetQueryHandlers } from './queries.ts'

/** Everything that the two APIs of the fleet offer. */
export const fleetContract = { commands: fleetCommands, queries: fleetQueries }

/**
 * Both APIs of the fleet over one event store in memory. There is no projector: a query catches up the
 * streams that it shows. Everyone is enlisted at their first request.
 */
export function fleetBackend() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const rows = createMemoryRowStore()
  const lists = createMemoryGenerationLists()
  const register = enlistIn(store, clock)
  const measured: { readonly values: Measured; readonly fields: unknown }[] = []
  const apis = {
    commands: apiHandler(
      commandHandler({
        commands: fleetCommands,
        handlers: fleetHandlers,
        accountStatusOf: fleetAccountStatus(store),
        store,
        reservations: table,
        register,
        clock,
        measure: (values, fields) => void measured.push({ values, fields }),
      }),
    ),
    queries: apiHandler(
      queryHandler({
        queries: fleetQueries,
        handlers: fleetQueryHandlers,
        openApi: (apiUrl) => openApi(apiUrl, fleetContract),
        accounts: fleetAccounts,
        versions: fleetVersions,
        store,
        rows,
        lists,
        register,
        clock,
      }),
    ),
  }
  const claimsOf = (sub: string) => ({ token_use: 'access', sub })
  return { table, clock, store, rows, lists, measured, ...requestsTo(() => apis, fleetContract, claimsOf) }
}
