import { randomUUID } from 'node:crypto'
import type { CommandContext, CommandHandlers, Target } from './command-handlers.ts'
import { commandIdOf, createdIdOf, digestOf } from './command-id.ts'
import { createDynamoClient } from './event-store/dynamo-client.ts'
import { createDynamoCommitTable } from './event-store/dynamo-commit-table.ts'
import { environment } from './event-store/environment.ts'
import { createEventStore } from './event-store/event-store.ts'
import { deadlineIn, systemClock } from './event-store/system-clock.ts'
import { type ApiRequest, type ApiResponse, apiHandler } from './http/api.ts'
import { commandNameOf, expectedVersionOf, idempotencyKeyOf, jsonBodyOf } from './http/command-request.ts'
import { type CommandName, commands } from './http/contract.ts'
import { encodePosition } from './http/position.ts'
import { validate } from './http/validate.ts'
import { projectCommands } from './project-commands.ts'

/** After so many milliseconds a command gives up with 503, or half a second before the function is cut off. */
const commandDeadlineMs = 10_000
const reserveMs = 500

const handlers: CommandHandlers = { ...projectCommands }
const clock = systemClock
const store = createEventStore(
  createDynamoCommitTable(createDynamoClient(), environment('EVENT_STORE_TABLE')),
  clock,
)

async function handleCommand(request: ApiRequest): Promise<ApiResponse> {
  const { userId: actorId } = request.identity()
  const name = commandNameOf(request)
  const expectedVersion = expectedVersionOf(request, name)
  const key = idempotencyKeyOf(request) ?? randomUUID()
  const input = jsonBodyOf(request)

  const commandId = commandIdOf(actorId, name, key)
  const { target, body } = targetOf(name, input, { actorId, createdId: createdIdOf(commandId) })
  const executed = await target.execute(
    {
      commandId,
      digest: digestOf(body),
      expectedVersion,
      correlationId: request.correlationId,
      causationId: request.requestId,
    },
    {
      store,
      clock,
      deadline: deadlineIn(Math.min(commandDeadlineMs, request.remainingMs() - reserveMs), clock),
    },
  )
  const { version, events, cost } = executed
  return {
    status: 200,
    headers: { etag: `"${version}"`, 'cache-control': 'no-store' },
    body: {
      id: target.id,
      stream: target.stream,
      version,
      events,
      position: encodePosition({ stream: target.stream, version }),
    },
    log: { command: name, stream: target.stream, version, events: events.map(({ type }) => type), cost },
  }
}

function targetOf<Name extends CommandName>(
  name: Name,
  input: unknown,
  context: CommandContext,
): { target: Target; body: unknown } {
  const body = validate(commands[name].body, input, 'body')
  // `body` was parsed by the schema of `name`, which is what its handler takes; TypeScript loses the tie in a union.
  const handler = handlers[name] as (body: unknown, context: CommandContext) => Target
  return { target: handler(body, context), body }
}

export const handler = apiHandler(handleCommand)
