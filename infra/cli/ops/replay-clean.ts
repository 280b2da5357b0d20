import type { RowKey } from '../../../projections/engine/projection.ts'
import { withoutGeneration, withoutRows } from '../../../projections/generations/generation-list.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import { changeList, readList } from './generations.ts'
import type { Ports } from './ports.ts'

/** How long a query may still read what was live: it keeps its list for five seconds and runs for ten at most. */
const readersMs = 15_000
/** How long a function that read the list earlier may still write: it runs for a minute at most. */
const writersMs = 70_000
/** How often a local cloud is asked whether an invocation that began earlier is still running. */
const askEveryMs = 250

export const replayClean: OpsCommand = {
  name: 'replay clean',
  usage: 'replay clean PROJECTION',
  summary:
    'removes the generations that are abandoned, and the one before the live one: no rollback after that',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    await takeOff(ports, projection)
    const { removing } = await readList(ports, projection)
    const cleaned: { generation: string; removed: number }[] = []
    for (const { id, since } of removing) {
      await untilNobodyWrites(id, Date.parse(since) + writersMs, ports, request)
      cleaned.push({ generation: id, removed: await removeRows(ports, id) })
      await changeList(ports, projection, (list) => withoutRows(list, id))
    }
    const lines = cleaned.map(({ generation, removed }) => `${generation} is removed: ${removed} items`)
    return { json: cleaned, text: lines.length === 0 ? 'There is nothing to clean up.' : lines.join('\n') }
  },
}

/**
 * Waits until every function that may have read the list earlier has ended. A local cloud knows when that is; in an
 * account it takes as long as a function may run.
 */
async function untilNobodyWrites(
  id: string,
  latest: number,
  { clock, oldestInvocation }: Ports,
  { tell }: OpsRequest,
): Promise<void> {
  const wait = latest - clock.now()
  if (wait <= 0) return
  const isEnded = oldestInvocation === undefined ? undefined : endedSince(clock.now(), oldestInvocation)
  if (isEnded === undefined) {
    tell(
      `${id} is off the list; waiting ${Math.ceil(wait / 1000)} s for functions that may still write to it`,
    )
    await clock.sleep(wait)
    return
  }
  while (clock.now() < latest && !(await isEnded())) await clock.sleep(askEveryMs)
}

/** Tells whether everything that was invoked until a moment has ended. */
function endedSince(moment: number, oldestInvocation: () => Promise<number | undefined>) {
  return async (): Promise<boolean> => {
    const oldest = await oldestInvocation()
    return oldest === undefined || oldest > moment
  }
}

async function takeOff(ports: Ports, projection: string): Promise<void> {
  const { generations, live, previous } = await readList(ports, projection)
  const dead = generations.filter(
    ({ id, status }) => id !== live && (status === 'abandoned' || id === previous),
  )
  for (const { id } of dead) {
    await changeList(ports, projection, (list) => withoutGeneration(list, id, ports.clock.now(), readersMs))
  }
}

async function removeRows({ remover }: Ports, id: string): Promise<number> {
  let total = 0
  let after: RowKey | undefined
  do {
    const { removed, next } = await remover.removeSome(id, after)
    total += removed
    after = next
  } while (after !== undefined)
  return total
}
