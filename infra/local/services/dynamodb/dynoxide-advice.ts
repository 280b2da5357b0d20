import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Less free space than this is a full disk. */
const littleSpace = 1024 * 1024

/**
 * Says in one line why the engine cannot use its file, and what to do. A file that holds data is never to be moved away:
 * that is the advice only for one that is no database.
 */
export function adviceOn(file: string, complaint: string): string {
  const says = (what: string) => `DynamoDB cannot use ${file}: ${complaint}. ${what}`
  if (/not a (valid )?(SQLite )?database|malformed/i.test(complaint))
    return `DynamoDB cannot open ${file}: ${complaint}; restore it from a copy, or move it away to start afresh`
  if (/full|no space/i.test(complaint) || isFull(file))
    return says(`The disk is full: free some space on it. The data are kept`)
  if (/read-?only|permission|denied|unable to open|disk I\/O/i.test(complaint))
    return says(`Make the file and its folder readable and writable (chmod u+rw). The data are kept`)
  return says('The file is left as it is')
}

function isFull(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < littleSpace
  } catch {
    return false
  }
}
