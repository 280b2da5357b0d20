import { readList } from '../../cli/ops/generations.ts'
import type { Ports } from '../../cli/ops/ports.ts'
import { replayStart } from '../../cli/ops/replay-start.ts'
import { type Finding, ok, stop } from '../checks/finding.ts'

type GenerationPorts = Pick<Ports, 'lists' | 'versions' | 'code' | 'clock'>

/**
 * Whether the code may be switched at this moment. Not while a generation is being built, because two versions of the
 * code would write its rows. And not if this code lacks a version that queries read, because they would fail.
 */
export async function checkGenerations(ports: GenerationPorts, stage: string): Promise<readonly Finding[]> {
  const ops = (words: string) => `npm run ops -- ${words} --stage ${stage} --aws`
  const findings: Finding[] = []
  for (const projection of ports.versions.names) {
    const { live, generations } = await readList(ports, projection)
    const building = generations.find(({ status }) => status === 'building')
    if (building !== undefined)
      findings.push(
        stop(
          `${building.id} is being built, and the code must stay as it is meanwhile. Finish the build or cancel it.`,
          ops(`replay start ${projection}`),
          ops(`replay cancel ${projection}`),
        ),
      )
    const read = generations.find(({ id }) => id === live)
    if (read !== undefined && ports.versions.numbered(projection, read.version) === undefined)
      findings.push(
        stop(
          `Queries read version ${read.version} of ${projection}, which this checkout does not have. Deploy the newer code, or go back first.`,
          ops(`replay rollback ${projection}`),
        ),
      )
  }
  return findings.length === 0 ? [ok('no read model is being built')] : findings
}

/** The projections whose newest version is on no list yet. A function that does not know a listed version drops it. */
export async function unlistedProjections(ports: GenerationPorts): Promise<readonly string[]> {
  const found: string[] = []
  for (const projection of ports.versions.names) {
    const { generations } = await readList(ports, projection)
    const { version } = ports.versions.newestOf(projection)
    if (!generations.some((one) => one.version >= version && one.status !== 'abandoned'))
      found.push(projection)
  }
  return found
}

export interface BuildOptions {
  readonly tell: (line: string) => void
  readonly untilInterrupted: () => AbortSignal
  /** Write units a second at most. */
  readonly speed?: string | undefined
}

/** Lists and builds a generation of the newest version. Returns whether it is built. */
export async function buildGeneration(ports: Ports, projection: string, o: BuildOptions): Promise<boolean> {
  const answer = await replayStart.run(
    {
      operands: [projection],
      options: { speed: o.speed },
      untilInterrupted: o.untilInterrupted,
      print: (_, text) => o.tell(text),
      tell: o.tell,
    },
    async () => ports,
    async () => ports,
  )
  if (answer !== undefined) o.tell(answer.text)
  return answer?.failed !== true
}
