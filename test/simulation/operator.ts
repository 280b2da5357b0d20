import type { StreamName } from '../../domain/kernel/stream.ts'
import {
  type GenerationList,
  rolledBack,
  switchedTo,
  withBuild,
  withoutGeneration,
  withoutRows,
} from '../../projections/generations/generation-list.ts'
import { ample } from '../kit/memory/read-side.ts'
import type { Seeded } from '../kit/seeded.ts'
import type { SimulatedApp } from './app.ts'
import type { SimulatedBackend } from './backend.ts'
import { Killed } from './process.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Runs `npm run ops -- replay` at some moment of a schedule. Its worker crashes, and is started again. */
export async function operate(
  { versions, rebuilt }: SimulatedApp,
  backend: SimulatedBackend,
  clock: VirtualClock,
  chance: Seeded,
): Promise<void> {
  const { lists, rows, store, replayer, remover } = backend
  const change = async (to: (list: GenerationList) => GenerationList): Promise<void> => {
    const list = versions.listOf(rebuilt, (await lists.read([rebuilt])).lists)
    await lists.move(rebuilt, to(list))
  }
  await clock.sleep(chance.between(1, 20_000))
  const newest = versions.newestOf(rebuilt)
  const segments = chance.between(1, 3)
  let id = ''
  await change((list) => {
    const begun = withBuild(list, newest.version, segments, (number) => newest.generation(number).id)
    id = begun.id
    return begun.list
  })
  for (let outcome = 'stopped'; outcome !== 'built'; ) {
    try {
      outcome = await replayer.invoke(segments)
    } catch (error) {
      if (!(error instanceof Killed) && Object(error).code !== 'unavailable') throw error
      await clock.sleep(1_000)
    }
  }
  // The verification before the switch catches up streams that the projector failed at meanwhile.
  const generation = newest.generation(2)
  const streams = new Set(backend.table.all().map(({ pk }) => pk))
  for (const stream of [...streams].filter((name): name is StreamName =>
    name.startsWith(`${newest.aggregate}-`),
  ))
    await generation.catchUp(stream, { store, rows, clock, deadline: ample })

  const at = () => new Date(clock.now()).toISOString()
  await change((list) => switchedTo(list, id, at()))
  await clock.sleep(chance.between(1, 10_000))
  if (chance.next() < 0.5) await change((list) => rolledBack(list, at()))
  if (chance.next() < 0.5) return
  // Readers and writers need at most this long.
  await clock.sleep(15_000)
  let gone = ''
  await change((list) => {
    gone = list.previous ?? ''
    return withoutGeneration(list, gone, clock.now(), 15_000)
  })
  await clock.sleep(70_000)
  const kept = async () => {
    const { lists: read } = await lists.read([newest.name])
    return new Set((read.get(newest.name)?.generations ?? []).map((one) => one.id))
  }
  await remover.removeSome(newest.name, kept, undefined)
  await change((list) => withoutRows(list, gone))
}
