import { expect, vi } from 'vitest'
import type { RunningCloud, Template } from './local-cloud.ts'

const soon = { timeout: 15_000, interval: 20 }

/** A mapping tries eleven times, which takes half a minute. After this change of the template it tries twice. */
export function giveUpSoon({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::Lambda::EventSourceMapping' && Properties['MaximumRetryAttempts'] !== undefined)
      Properties['MaximumRetryAttempts'] = 1
}

/** Waits until the local cloud or one of its functions has written such a line. */
export function logged({ lines }: RunningCloud, line: RegExp): Promise<void> {
  return vi.waitFor(() => expect(lines).toContainEqual(expect.stringMatching(line)), soon)
}

/** The place of faults that strike whenever a function runs, by its name in the template. */
export function runsOf(name: string): RegExp {
  return new RegExp(`^run \\S*\\b${name}[0-9A-F]{8}$`)
}

/** Acts. Kills a function at each of its runs, until its mapping gives up the commits of the act. */
export async function inVain<T>(
  running: RunningCloud,
  name: 'Projector' | 'Forwarder',
  act: () => Promise<T>,
): Promise<T> {
  const { faults } = running.cloud
  const before = lost(running, name)
  faults.shake({ chances: { kill: 1 }, seed: 'give up', delayMs: 0, at: runsOf(name) })
  const done = await act()
  await vi.waitFor(() => expect(lost(running, name)).toBeGreaterThan(before), soon)
  faults.calm()
  return done
}

/** How many batches the mapping of a function has given up. */
function lost({ lines }: RunningCloud, name: string): number {
  const line = new RegExp(`^stream \\S*\\b${name}[0-9A-F]{8} lost .*RetryAttemptsExhausted`)
  return lines.filter((one) => line.test(one)).length
}
