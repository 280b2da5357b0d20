import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../kit/local-cloud/free-port.ts'
import { childrenOf, type Process, untilGone } from '../kit/local-cloud/processes.ts'
import { runStart, type StartProcess } from '../kit/local-cloud/start-process.ts'
import { readConfig } from '../kit/people/person.ts'
import { type Seeded, seeded } from '../kit/seeded.ts'
import { checkNothingLost } from './checks.ts'
import { gatherCrew, startLoad } from './load.ts'

export interface RoundOptions {
  readonly dataDir: string
  readonly seed: string
  /** Number of kills during the load. */
  readonly kills: number
  /** Faults in the format of `npm start -- --faults`. */
  readonly faults?: string
  readonly log?: (line: string) => void
}

export interface Round {
  readonly acknowledged: number
  readonly repeats: number
  readonly kills: readonly string[]
}

/** The possible victims: the process of `npm start`, the database, one function, or all of them at once. */
const victims = ['local cloud', 'local cloud', 'database', 'function', 'function', 'everything'] as const

/**
 * Runs `npm start` under load, kills its processes at random moments and starts it again if it is gone. Then
 * checks that everything acknowledged is stored, once, and shown. Throws an Error that says what broke.
 */
export async function runRound({
  dataDir,
  seed,
  kills,
  faults,
  log = () => {},
}: RoundOptions): Promise<Round> {
  const chance = seeded(`${seed} kills`)
  const env = { PORT: String(await freePort()), AWS_PORT: String(await freePort()) }
  const args = faults === undefined ? [] : ['--faults', faults, '--seed', seed]
  let running = runStart(dataDir, env)
  const killed: string[] = []
  try {
    const config = await readConfig(await running.ready())
    const crew = await gatherCrew(config)
    if (faults !== undefined) {
      running.child.kill('SIGINT')
      await running.ended()
      running = runStart(dataDir, env, args)
      await running.ready()
    }
    const load = startLoad(crew, seed)
    for (let n = 0; n < kills; n++) {
      await delay(chance.between(300, 2_000))
      const { victim, started } = await kill(running, chance)
      killed.push(victim)
      log(`killed ${victim} after ${load.acknowledged.length} commands`)
      if (!started) continue
      running = runStart(dataDir, env, args)
      await running.ready()
    }
    await delay(500)
    await load.stop()
    await checkNothingLost(config, load.acknowledged)
    return { acknowledged: load.acknowledged.length, repeats: load.repeats(), kills: killed }
  } catch (error) {
    log(`the local cloud had written:\n${running.output()}`)
    throw error
  } finally {
    running.child.kill('SIGKILL')
    await running.ended()
  }
}

/**
 * Kills one victim. Returns `started` as true if the local cloud must be started again. None of its processes is left
 * then.
 */
async function kill(
  { child, ended }: StartProcess,
  chance: Seeded,
): Promise<{ victim: string; started: boolean }> {
  const children = childrenOf(child.pid)
  const wanted = chance.pick(victims)
  if (wanted === 'local cloud' || wanted === 'everything') {
    if (wanted === 'everything') for (const one of children) end(one)
    child.kill('SIGKILL')
    await ended()
    await untilGone(children)
    return { victim: wanted, started: true }
  }
  // Excludes the shell that ties such a process to the local cloud and has the same words on its command
  // line.
  const named = wanted === 'database' ? /^\S*dynoxide\S* serve / : /^\S*node\S* .*bootstrap\.mjs/
  const candidates = children.filter(({ command }) => named.test(command))
  if (candidates.length === 0) return { victim: `no ${wanted}`, started: false }
  end(chance.pick(candidates))
  return { victim: wanted, started: false }
}

function end({ pid }: Process): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process ended by itself a moment ago.
  }
}
