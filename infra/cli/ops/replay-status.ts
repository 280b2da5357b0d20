import { withStatus } from '../../../projections/generations/generation-list.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { buildingOf, changeList, readList } from './generations.ts'
import { columns } from './printing.ts'

export const replayStatus: OpsCommand = {
  name: 'replay status',
  usage: 'replay status PROJECTION',
  summary: 'the generations of a projection, which of them is read, and how far a replay has come',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const { live, previous, switchedAt, generations, removing } = await readList(ports, projection)
    const shown = await Promise.all(
      generations.map(async ({ id, version, status, segments }) => {
        const read = segments === undefined ? undefined : await ports.checkpoints.read(id, segments)
        const checkpoints = read?.checkpoints ?? []
        const sum = (of: 'commits' | 'parked') => checkpoints.reduce((total, one) => total + one[of], 0)
        const role = id === live ? 'live' : id === previous ? 'previous' : ''
        const replay = read && {
          segments,
          done: checkpoints.filter(({ done }) => done).length,
          commits: sum('commits'),
          parked: sum('parked'),
        }
        return { id, version, status, role, ...(replay && { replay }) }
      }),
    )
    const lines = shown.map(({ id, status, role, replay }) => [
      id,
      status,
      role,
      replay === undefined
        ? ''
        : `segments ${replay.done} of ${replay.segments}, commits ${replay.commits}, parked ${replay.parked}`,
    ])
    const gone = removing.map(({ id, since }) => [id, 'removing', '', `since ${since}`])
    return {
      json: { projection, live, previous, switchedAt, generations: shown, removing },
      text: columns([['GENERATION', 'STATUS', 'ROLE', 'REPLAY'], ...lines, ...gone]),
    }
  },
}

export const replayCancel: OpsCommand = {
  name: 'replay cancel',
  usage: 'replay cancel PROJECTION',
  summary: 'abandons the generation that is being built; what it has left is for replay clean',
  options: [],
  async run(request, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    let id = ''
    await changeList(ports, projection, (list) => {
      id = buildingOf(list, projection).id
      return withStatus(list, id, 'abandoned')
    })
    return {
      json: { generation: id, status: 'abandoned' },
      text: `${id} is abandoned: replay clean ${projection} removes it`,
    }
  },
}
