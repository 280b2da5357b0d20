import { randomUUID } from 'node:crypto'
import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AwsResponse } from '../gateway/aws-service.ts'

/** The address and the outputs of a running local cloud, for tools that find it by its data folder. */
export interface Announced {
  /** Endpoint of the AWS gateway. */
  readonly endpoint: string
  readonly region: string
  /** The real path of its data folder, which distinguishes the folder from a copy. */
  readonly folder: string
  /** The template's outputs, as CloudFormation would return them for a stack. */
  readonly outputs: Readonly<Record<string, string>>
}

export interface Announcement {
  /** Answers `GET /_local/stage`; `undefined` for any other address. */
  page(url: URL): AwsResponse | undefined
  /** Writes the announcement into the data folder. Returns a function that removes it. */
  publish(announced: Omit<Announced, 'folder'>): () => void
}

const path = '/_local/stage'
const fileIn = (dataDir: string) => join(dataDir, 'stage.json')

/** Prepares the announcement of a local cloud that runs on this data folder. */
export function openAnnouncement(dataDir: string): Announcement {
  let text = ''
  const file = fileIn(dataDir)
  return {
    page: ({ pathname }) =>
      pathname === path && text !== ''
        ? { status: 200, headers: { 'content-type': 'application/json' }, body: text }
        : undefined,
    publish(announced) {
      // The id identifies this run: see `readAnnouncement`.
      const folder = realpathSync(dataDir)
      text = `${JSON.stringify({ id: randomUUID(), folder, ...announced }, undefined, 2)}\n`
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
      return () => rmSync(file, { force: true })
    },
  }
}

/**
 * Finds the local cloud that runs on a data folder; `undefined` if none does. A file that `kill -9` left behind
 * proves nothing, and another local cloud may have its port by now: a running one answers with the same file. A copy of
 * the folder has the same file, too, but another path.
 */
export async function readAnnouncement(dataDir: string): Promise<Announced | undefined> {
  try {
    const text = readFileSync(fileIn(dataDir), 'utf8')
    // Written by `publish` above and replaced as a whole.
    const announced = JSON.parse(text) as Announced
    if (announced.folder !== realpathSync(dataDir)) return undefined
    const answer = await fetch(`${announced.endpoint}${path}`, { signal: AbortSignal.timeout(2000) })
    return (await answer.text()) === text ? announced : undefined
  } catch {
    return undefined
  }
}
