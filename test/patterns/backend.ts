import { createEventStore } from '../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../commands/execution/execute.ts'
import { apiHandler } from '../../commands/http/api.ts'
import { commandHandler } from '../../commands/http/handle-command.ts'
import { openApi } from '../../commands/http/openapi/document.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { catchUp } from '../../projections/engine/catch-up.ts'
import { createMemoryRowStore } from '../../projections/engine/memory-row-store.ts'
import { versionOf } from '../../projections/generations/any-generation.ts'
import { createMemoryGenerationLists } from '../../projections/generations/memory-generation-lists.ts'
import { projectionVersions } from '../../projections/generations/projection-versions.ts'
import { queryHandler } from '../../projections/query/handle-query.ts'
import { manualClock } from '../kit/clocks/manual-clock.ts'
import { enlistIn, fleetAccountStatus } from '../kit/fleet/commands.ts'
import { fleetAccounts } from '../kit/fleet/queries.ts'
import { sailorsV1 } from '../kit/fleet/sailors.ts'
import { ample } from '../kit/memory/read-side.ts'
import { requestsTo } from '../kit/memory/requests.ts'
import { type BookingCommand, booking } from './booking.ts'
import { bookingContract } from './booking-contract.ts'
import { bookingHandlers } from './booking-handlers.ts'
import { bookingQueries } from './booking-queries.ts'
import { bookingsV1 } from './bookings.ts'

export const bookingVersions = projectionVersions([versionOf(sailorsV1), versionOf(bookingsV1)])

/**
 * Both APIs of bookings over stores in memory, without a projector: a query itself catches up the streams that it
 * shows. The clock starts on 2026-01-01. The accounts are those of the fleet: everyone has one from their first request
 * on.
 */
export function bookingBackend() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const rows = createMemoryRowStore()
  const lists = createMemoryGenerationLists()
  const register = enlistIn(store, clock)
  const commands = commandHandler({
    commands: bookingContract.commands,
    handlers: bookingHandlers,
    accountStatusOf: fleetAccountStatus(store),
    store,
    reservations: table,
    register,
    clock,
  })
  const queries = queryHandler({
    queries: bookingContract.queries,
    handlers: bookingQueries,
    openApi: (apiUrl) => openApi(apiUrl, bookingContract),
    accounts: fleetAccounts,
    versions: bookingVersions,
    store,
    rows,
    lists,
    register,
    clock,
  })
  const apis = { commands: apiHandler(commands), queries: apiHandler(queries) }
  const claimsOf = (sub: string) => ({ token_use: 'access', sub })
  const options = { store, rows, clock, deadline: ample }
  let sent = 0
  return {
    table,
    clock,
    store,
    rows,
    lists,
    ...requestsTo(() => apis, bookingContract, claimsOf),
    /** Executes a command on a booking without HTTP. */
    async execute(id: string, command: BookingCommand) {
      sent += 1
      const ids = { commandId: `command ${sent}`, digest: '', correlationId: 'test', causationId: 'test' }
      const stream = streamName(booking.name, id)
      return execute(booking, { stream, command, ...ids }, options)
    },
    /** Brings the read model up to date with a booking, as the projector does. */
    project: (id: string) =>
      catchUp({ projection: bookingsV1, generation: 1 }, streamName(booking.name, id), options),
  }
}

/** A moment of the year 2026, such as `at('01-10 09:00')`. */
export function at(text: string): string {
  return new Date(`2026-${text.replace(' ', 'T')}Z`).toISOString()
}
