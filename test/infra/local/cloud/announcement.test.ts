import { cpSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import {
  type Announcement,
  openAnnouncement,
  readAnnouncement,
} from '../../../../infra/local/cloud/announcement.ts'
import { newDataDir, removeDataDir } from '../../../kit/local-cloud/data-dir.ts'

let dataDir: string
beforeEach(() => {
  dataDir = newDataDir()
})
afterEach(() => removeDataDir(dataDir))

/** A gateway that serves the page of the local cloud behind it. */
async function gateway() {
  const behind: { cloud: Announcement | undefined } = { cloud: undefined }
  const server = createServer((request, response) => {
    const page = behind.cloud?.page(new URL(request.url ?? '', 'http://127.0.0.1'))
    response.writeHead(page?.status ?? 404).end(page?.body ?? 'unknown')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo // a server that is listening has an address object
  const cloud = { endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', outputs: { Table: 'Annals-T' } }
  return { behind, cloud, close }
}

describe('a running local cloud', () => {
  it('is found by its data folder, until it ends', async () => {
    const { behind, cloud } = await gateway()
    behind.cloud = openAnnouncement(dataDir)
    expect(await readAnnouncement(dataDir)).toBeUndefined()
    const withdraw = behind.cloud.publish(cloud)
    expect(await readAnnouncement(dataDir)).toMatchObject(cloud)
    withdraw()
    expect(await readAnnouncement(dataDir)).toBeUndefined()
  })

  it('that was killed is not found by the file that it left', async () => {
    const { behind, cloud, close } = await gateway()
    behind.cloud = openAnnouncement(dataDir)
    behind.cloud.publish(cloud)
    close()
    expect(await readAnnouncement(dataDir)).toBeUndefined()
  })

  it('that was killed is not mistaken for another that now has its port', async () => {
    const { behind, cloud } = await gateway()
    openAnnouncement(dataDir).publish(cloud)
    const elsewhere = newDataDir()
    onTestFinished(() => removeDataDir(elsewhere))
    behind.cloud = openAnnouncement(elsewhere)
    behind.cloud.publish(cloud)
    expect(await readAnnouncement(dataDir)).toBeUndefined()
    expect(await readAnnouncement(elsewhere)).toMatchObject(cloud)
  })

  it('is found by a link to its folder, but not by a copy, through which a command would change it', async () => {
    const { behind, cloud } = await gateway()
    behind.cloud = openAnnouncement(dataDir)
    behind.cloud.publish(cloud)
    const other = newDataDir()
    onTestFinished(() => removeDataDir(other))
    cpSync(dataDir, `${other}/copy`, { recursive: true })
    expect(await readAnnouncement(`${other}/copy`)).toBeUndefined()
    symlinkSync(dataDir, `${other}/link`)
    expect(await readAnnouncement(`${other}/link`)).toMatchObject(cloud)
  })
})
