import type { RowKey } from '../../../projections/engine/projection.ts'
import { withoutGeneration, withoutRows } from '../../../projections/generations/generation-list.ts'
import { writersListMs, writersMs } from '../../../projections/generations/listed-check.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import { changeList, readList } from './generations.ts'
import type { Ports } from './ports.ts'

/** How long a query may still read the previous generation: it caches the list for 5 s and runs for at most 10 s. */
const readersMs = 15_000
/** How often a local cloud is asked whether an invocation that began earlier is still running. */
const askEveryMs = 250
/**
 * How long operators' processes may still write: they read the list every two seconds, and finish the current stream.
 */
const operatorsMs = writersListMs + 1_000

export const replayClean: OpsCommand = {
  name: 'replay clean',
  usage: 'replay clean PROJECTION',
  summary:
    'removes abandoned generations, the previous one and leftovers of any other; no rollback after that',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    await takeOff(ports, projection)
    const { removing } = await readList(ports, projection)
    for (const { id, since } of removing) {
      await untilNobodyWrites(id, Date.parse(since), ports, request)
    }
    const offList = removing.map(({ id }) => id)
    const removed = await removeUnlisted(ports, projection, new Set(offList))
    for (const id of offList) await changeList(ports, projection, (list) => withoutRows(list, id))
    const cleaned = [...new Set([...offList, ...removed.keys()])].map((generation) => ({
      generation,
      removed: removed.get(generation) ?? 0,
    }))
    const lines = cleaned.map(({ generation, removed }) => `${generation} is removed: ${removed} items`)
    return { json: cleaned, text: lines.length === 0 ? 'There is nothing to clean up.' : lines.join('\n') }
  },
}

/**
 * Waits until every process that may have read the old list has ended. A local cloud reports when its functions have
 * ended. In an account, the wait is the longest time that a function may run.
 */
async function untilNobodyWrites(
  id: string,
  since: number,
  { clock, oldestInvocation }: Ports,
  { tell }: OpsRequest,
): Promise<void> {
  const latest = since + writersMs
  const wait = latest - clock.now()
  if (wait <= 0) return
  const isEnded = oldestInvocation === undefined ? undefined : endedSince(clock.now(), oldestInvocation)
  if (isEnded === undefined) {
    tell(
      `${id} is off the list; waiting ${Math.ceil(wait / 1000)} s for processes that may still write to it`,
    )
    await clock.sleep(wait)
    return
  }
  await clock.sleep(Math.max(0, since + operatorsMs - clock.now()))
  while (clock.now() < latest && !(await isEnded())) await clock.sleep(askEveryMs)
}

/** Returns a check of whether all invocations that began before a moment have ended. */
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

/**
 * Removes the items of every generation that is not listed, including leftovers of earlier ones. A generation that
 * was taken off the list meanwhile is kept, because processes may still write to it. Returns the number of removed
 * items by generation.
 */
async function removeUnlisted(
  ports: Ports,
  projection: string,
  offList: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const kept = async () => {
    const { generations, removing } = await readList(ports, projection)
    const recent = removing.filter(({ id }) => !offList.has(id))
    return new Set([...generations, ...recent].map(({ id }) => id))
  }
  const total = new Map<string, number>()
  let after: RowKey | undefined
  do {
    const { removed, next } = await ports.remover.removeSome(projection, kept, after)
    for (const [id, count] of removed) total.set(id, (total.get(id) ?? 0) + count)
    after = next
  } while (after !== undefined)
  return total
}
