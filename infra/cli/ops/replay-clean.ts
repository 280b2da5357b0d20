import type { RowKey } from '../../../projections/engine/projection.ts'
import { withoutGeneration, withoutRows } from '../../../projections/generations/generation-list.ts'
import { writersMs } from '../../../projections/generations/listed-check.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { changeList, readList } from './generations.ts'
import type { Ports } from './ports.ts'

/** How long a query may still read what was live: five seconds of its list, and the ten that it runs at most. */
const readersMs = 15_000

export const replayClean: OpsCommand = {
  name: 'replay clean',
  usage: 'replay clean PROJECTION',
  summary:
    'removes abandoned generations, the one before the live one, and leftovers of any other: no rollback after that',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    await takeOff(ports, projection)
    const { removing } = await readList(ports, projection)
    for (const { id, since } of removing) {
      const wait = Date.parse(since) + writersMs - ports.clock.now()
      if (wait > 0) {
        request.tell(
          `${id} is off the list; waits ${Math.ceil(wait / 1000)} s for processes that may still write to it`,
        )
        await ports.clock.sleep(wait)
      }
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
 * Removes the items of every generation that is not listed, leftovers of earlier ones included. Those that were taken
 * off the list meanwhile are kept: processes may still write to them. Returns the number of items by generation.
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
