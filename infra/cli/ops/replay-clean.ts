import type { RowKey } from '../../../projections/engine/projection.ts'
import { withoutGeneration, withoutRows } from '../../../projections/generations/generation-list.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { changeList, readList } from './generations.ts'
import type { Ports } from './ports.ts'

/** How long a query may still read what was live: five seconds of its list, and the ten that it runs at most. */
const readersMs = 15_000
/** The longest that a function which has read the list before may still write: a minute, and a little. */
const writersMs = 70_000

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
      const wait = Date.parse(since) + writersMs - ports.clock.now()
      if (wait > 0) {
        request.tell(`${id} is off the list; waits ${Math.ceil(wait / 1000)} s for who may still write to it`)
        await ports.clock.sleep(wait)
      }
      cleaned.push({ generation: id, removed: await removeRows(ports, id) })
      await changeList(ports, projection, (list) => withoutRows(list, id))
    }
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
