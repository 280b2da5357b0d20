import { type GenerationList, rolledBack, switchedTo } from '../../projections/engine/generation-list.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { changeList, codeOf, readList } from './generations.ts'

export const replaySwitch: OpsCommand = {
  name: 'replay switch',
  usage: 'replay switch PROJECTION',
  summary: 'verifies the generation that is built, and lets queries read it from then on',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const list = await readList(ports, projection)
    const { id } = candidateOf(list, projection)
    const at = new Date(ports.clock.now()).toISOString()
    // Refused here rather than after a long verification.
    switchedTo(list, id, at)
    await changeList(ports, projection, (now) =>
      switchedTo(now, id, new Date(ports.clock.now()).toISOString()),
    )
    return {
      json: { projection, live: id, previous: list.live },
      text: `queries read ${id} within five seconds; replay rollback ${projection} goes back to ${list.live}`,
    }
  },
}

export const replayRollback: OpsCommand = {
  name: 'replay rollback',
  usage: 'replay rollback PROJECTION',
  summary: 'lets queries read the generation that they read before the switch',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const { live, previous } = await changeList(ports, projection, (list) => {
      for (const one of list.generations.filter(({ id }) => id === list.previous)) codeOf(projection, one)
      return rolledBack(list, new Date(ports.clock.now()).toISOString())
    })
    return { json: { projection, live, previous }, text: `queries read ${live} within five seconds` }
  },
}

/** The one generation that is built and was never read. */
function candidateOf({ live, previous, generations }: GenerationList, projection: string) {
  const built = generations.filter(({ id, status }) => status === 'built' && id !== live && id !== previous)
  const [candidate] = built.toReversed()
  if (candidate !== undefined) return candidate
  if (generations.some(({ status }) => status === 'building'))
    throw new Error(`its replay is not done: replay start ${projection} goes on with it`)
  throw new Error(`no other generation of ${projection} is built: replay start ${projection} builds one`)
}
