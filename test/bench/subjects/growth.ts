import { format } from '../report.ts'
import { used } from '../wire.ts'
import type { Subject } from './subject.ts'

/** What a stream costs while it grows, an event at a time. */
export const growth: Subject = async ({ raw, annals, others, size }) => {
  const rows = []
  const bars = []
  for (const contestant of [raw, ...others]) {
    const { usage } = await used(contestant.wire, () => contestant.fill('bench-growth', size.growth))
    const perEvent = usage.writeUnits / size.growth
    rows.push({
      what: `grow to ${size.growth.toLocaleString('en-US')}`,
      contestant: contestant.name,
      figures: [usage.requests, perEvent],
    })
    if (contestant === annals) {
      bars.push({
        bar: 'WCU per event while a stream grows to 10,000 (snapshots on): ≤ 1.1',
        measured: `${format(perEvent)}, to ${size.growth.toLocaleString('en-US')}, of a small state`,
        met: perEvent <= 1.1,
        ...(perEvent > 1.1 && { because: 'the snapshots are larger than the rest of a KB' }),
      })
    }
  }
  const table = {
    title: 'WCU while a stream grows',
    about:
      'One event in a commit, each appended to what was there. Annals: every 27th commit has a snapshot beside it; a state that takes N KB, deflated, adds up to N / 27.',
    columns: [
      { name: 'requests', better: 'less' },
      { name: 'WCU per event', better: 'less' },
    ],
    rows,
  } as const
  return { table, bars }
}
