import type { FunctionKind, MeasuredFunction } from '../../infra/stack/parts/measurement.ts'
import { percentile } from '../bench/measure.ts'
import { cheapestSize } from './model.ts'

/** An invocation, as the local cloud reports it at `/_local/usage`. */
export interface Usage {
  readonly cpuMs: number
  readonly waits: number
  readonly peakKb: number
  readonly records: number
  readonly cold: boolean
}

/**
 * The figures of a function and its size. Only warm invocations count, unless there are none. A batch that was never seen
 * full is extrapolated from the larger half of the batches that were seen, as if each record cost the same.
 */
export function evaluate(usages: readonly Usage[], kind: FunctionKind, batch: number): MeasuredFunction {
  const warm = usages.filter(({ cold }) => !cold)
  const cold = usages.filter((one) => one.cold)
  const counted = warm.length > 0 ? warm : usages
  const largest = Math.max(...counted.map(({ records }) => records))
  const large = counted.filter(({ records }) => 2 * records >= largest)
  const full = (figure: (usage: Usage) => number) =>
    Math.max(
      percentile(counted.map(figure), 99),
      batch *
        percentile(
          large.map((one) => figure(one) / one.records),
          99,
        ),
    )
  const used = {
    kind,
    batch,
    invocations: usages.length,
    cpuMs: rounded(full(({ cpuMs }) => cpuMs)),
    waits: Math.ceil(full(({ waits }) => waits)),
    peakMb: Math.ceil(Math.max(...usages.map(({ peakKb }) => peakKb)) / 1024),
    coldCpuMs:
      cold.length === 0
        ? 0
        : rounded(
            percentile(
              cold.map(({ cpuMs }) => cpuMs),
              99,
            ),
          ),
  }
  return { ...used, memoryMb: cheapestSize(used) }
}

function rounded(milliseconds: number): number {
  return Math.round(10 * milliseconds) / 10
}
