import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** A disk with less free space than this counts as full. */
const littleSpace = 1024 * 1024

/**
 * Returns one line that says why the engine cannot use its file, and what to do. It advises moving the file away only
 * if the file is not a database, so that no data is lost.
 */
export function adviceOn(file: string, complaint: string): string {
  const says = (what: string) => `DynamoDB cannot use ${file}: ${complaint}. ${what}`
  if (/not a (valid )?(SQLite )?database|malformed/i.test(complaint))
    return `DynamoDB cannot open ${file}: ${complaint}; restore it from a copy, or move it away to start without data`
  if (/full|no space/i.test(complaint) || isFull(file))
    return says(`The disk is full: free some space on it. The data is kept`)
  if (/read-?only|permission|denied|unable to open|disk I\/O/i.test(complaint))
    return says(`Make the file and its folder readable and writable (chmod u+rw). The data is kept`)
  return says('The file is unchanged')
}

function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < littleSpace
  } catch {
    return false
  }
}
