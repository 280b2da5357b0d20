import { withStatus } from '../../../projections/generations/generation-list.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { buildingOf, candidateOf, changeList, readList } from './generations.ts'
import { allParked } from './parked.ts'
import { columns } from './printing.ts'

export const replayStatus: OpsCommand = {
  name: 'replay status',
  usage: 'replay status PROJECTION',
  summary: 'the generations of a projection, which of them is read, and how far a replay has come',
  options: [],
  async run(request, _, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    const { live, previous, switchedAt, generations, removing } = await readList(ports, projection)
    const parked = await allParked(ports)
    const shown = await Promise.all(
      generations.map(async ({ id, version, status, segments }) => {
        const read = segments === undefined ? undefined : await ports.checkpoints.read(id, segments)
        const checkpoints = read?.checkpoints ?? []
        const role = id === live ? 'live' : id === previous ? 'previous' : ''
        const replay = read && {
          segments,
          done: checkpoints.filter(({ done }) => done).length,
          commits: checkpoints.reduce((total, one) => total + one.commits, 0),
          // This counts the streams that are parked now. A stream that the replay parked may have recovered.
          parked: parked.filter(({ by }) => by === id).length,
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
  summary: 'abandons the generation that is being built, or that is built and was never read',
  options: [],
  async run(request, _, open) {
    const projection = oneOperand(request, 'PROJECTION')
    const ports = await open()
    let id = ''
    await changeList(ports, projection, (list) => {
      const isBuilding = list.generations.some(({ status }) => status === 'building')
      const unread = isBuilding ? undefined : candidateOf(list)
      id = (unread ?? buildingOf(list, projection)).id
      return withStatus(list, id, 'abandoned')
    })
    return {
      json: { generation: id, status: 'abandoned' },
      text: `${id} is abandoned: replay clean ${projection} removes it`,
    }
  },
}
