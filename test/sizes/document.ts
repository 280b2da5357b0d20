import type { Measurement } from '../../infra/stack/parts/measurement.ts'
import { bars, coreMb, durationMs, platformMb, pricePerMillion, sizes, spareShare, waitMs } from './model.ts'

/** The page `docs/function-sizes.md`. */
export function sizesPage({ date, machine, functions }: Measurement): string {
  const rows = Object.entries(functions)
  const measuredRows = rows.map(([id, one]) => [
    id,
    one.kind,
    one.batch,
    one.invocations,
    one.cpuMs,
    one.waits,
    one.peakMb,
    one.coldCpuMs,
    `**${one.memoryMb}**`,
    Math.round(durationMs(one, one.memoryMb)),
    pricePerMillion(one, one.memoryMb).toFixed(2),
  ])
  const comparedRows = rows.map(([id, one]) => [
    id,
    ...sizes.map((memoryMb) => {
      const figures = `${Math.round(durationMs(one, memoryMb))} ms, $${pricePerMillion(one, memoryMb).toFixed(2)}`
      return memoryMb === one.memoryMb ? `**${figures}**` : figures
    }),
  ])
  return `<!-- Written by npm run sizes. -->

# Function sizes

The memory of each function follows from a measurement. \`npm run sizes\` runs the demo's story and a load of commands and
queries in the local cloud, and measures each invocation. It writes this page and \`infra/stack/parts/measured-functions.ts\`, which the
stack reads.

Measured on ${date}: ${machine}.

## Model

- A function with M MB has M / ${coreMb} of a core, and at most one core: a handler runs on one thread.
- The duration is the processor time divided by that share, and ${waitMs} ms for each wait for calls. Calls that overlap are one wait.
- The size is the cheapest whose modelled 99th percentile is at most ${bars.api} ms for an API, ${bars.batch / 1000} s for a batch and
  ${bars.picture / 1000} s for a picture. ${100 * spareShare}% of its memory stays free at the peak, of which ${platformMb} MB are added for Lambda's own processes.
- A batch is modelled full. A size that no measured batch had is extrapolated from the larger half of the measured batches.
- The first invocation of a process is not in the percentile. Its processor time is the column "cold".

Weak spots:

- Other programs on the machine change processor time a little, through shared caches.
- A core of the machine is not a core of Lambda, and calls in the local cloud are not encrypted.
- The redrive functions do the same work as their consumers, so they have the figures of these.

A function has more memory than this page says if its largest input needs more than the measured ones (\`leastMemoryMb\` in the
stack): the largest picture, and runs over all subscribers or uploads.

## Sizes

${table(
  [
    'function',
    'kind',
    'batch',
    'invocations',
    'CPU p99 (ms)',
    'waits p99',
    'peak (MB)',
    'cold CPU p99 (ms)',
    'memory (MB)',
    'p99 (ms)',
    '$ per million at p99',
  ],
  measuredRows,
)}

## Duration and price at each size

${table(['function', ...sizes.map((memoryMb) => `${memoryMb} MB`)], comparedRows)}
`
}

function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
