import { beforeEach, describe, expect, it } from 'vitest'
import type { Files } from '../../../workflows/upload/file-store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const replaced = { name: 'ReplacedFile' }

/** The tests that every store of files must pass. `open` returns an empty one. */
export function filesContract(name: string, open: () => Promise<Files> | Files): void {
  describe(`files: ${name}`, () => {
    let files: Files
    beforeEach(async () => {
      files = await open()
    })
    const put = async (key: string, text: string): Promise<string> => {
      await files.write(key, bytes(text), 'image/jpeg')
      return (await files.look(key))?.etag ?? ''
    }

    it('report the size of a file and its first bytes', async () => {
      const etag = await put('incoming/a', 'abcdefghijklmnop')
      expect(etag).toMatch(/^[0-9a-f]{32}$/)
      const found = await files.look('incoming/a')
      expect(found).toMatchObject({ etag, size: 16 })
      expect(new TextDecoder().decode(found?.head)).toBe('abcdefghijkl')
      await put('incoming/b', 'ab')
      expect(await files.look('incoming/b')).toMatchObject({ size: 2, head: bytes('ab') })
    })

    it('report a missing file as missing', async () => {
      expect(await files.look('incoming/none')).toBeUndefined()
    })

    it('read the named content, and no other', async () => {
      const etag = await put('incoming/a', 'one')
      expect(await files.read('incoming/a', etag)).toEqual(bytes('one'))
      await put('incoming/a', 'two')
      await expect(files.read('incoming/a', etag)).rejects.toMatchObject(replaced)
      await expect(files.read('incoming/none', etag)).rejects.toMatchObject(replaced)
    })

    it('copy the named content, and no other', async () => {
      const etag = await put('incoming/a', 'one')
      await files.copy('incoming/a', etag, 'files/a/original')
      expect(await files.read('files/a/original', etag)).toEqual(bytes('one'))
      await put('incoming/a', 'two')
      await expect(files.copy('incoming/a', etag, 'files/a/original')).rejects.toMatchObject(replaced)
      await expect(files.copy('incoming/none', etag, 'files/a/original')).rejects.toMatchObject(replaced)
      expect(await files.read('files/a/original', etag)).toEqual(bytes('one'))
    })

    it('remove a file, even a missing one', async () => {
      await put('incoming/a', 'one')
      await files.remove('incoming/a')
      await files.remove('incoming/a')
      expect(await files.look('incoming/a')).toBeUndefined()
    })
  })
}
