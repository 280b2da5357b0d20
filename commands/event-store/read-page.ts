import { addCost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import type { Page } from '../../domain/kernel/event-store.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { checkContiguous, fromItem } from './commit-item.ts'
import type { CommitTable } from './commit-table.ts'

/** Reads a page of the commits that contain events from version `from` on. A single commit is one small request. */
export async function readPage(
  table: CommitTable,
  stream: StreamName,
  from: number,
  { deadline, limit }: { readonly deadline: Deadline; readonly limit?: number | undefined },
): Promise<Page> {
  let cost = noCost
  /** Returns the last commit that begins at or before a version, if it contains `from`. */
  const containing = async (version: number): Promise<Commit[]> => {
    const range = { from: version, order: 'backward', limit: 1 } as const
    const found = await table.query(stream, range, deadline.left())
    cost = addCost(cost, found.cost)
    return found.items.map(fromItem).filter((commit) => lastVersion(commit) >= from)
  }
  if (limit === 1) {
    const commits = await containing(from)
    if (commits.length > 0) return { commits, more: true, cost }
  }
  const range = { from, order: 'forward', ...(limit !== undefined && { limit }) } as const
  const page = await table.query(stream, range, deadline.left())
  const commits = page.items.map(fromItem)
  cost = addCost(cost, page.cost)
  // If no commit begins at `from`, that version is inside a commit or past the end.
  if (from > 1 && limit !== 1 && commits[0]?.version !== from)
    commits.unshift(...(await containing(from - 1)))
  checkContiguous(commits, commits[0] !== undefined && commits[0].version < from ? commits[0].version : from)
  return { commits, more: page.more, cost }
}
