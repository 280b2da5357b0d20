import { hash } from 'node:crypto'
import { type Files, ReplacedFile } from '../../../workflows/upload/file-store.ts'
import { signatureBytes } from '../../../workflows/upload/signatures.ts'

/** A store of files in memory whose content tests can inspect. */
export interface MemoryFiles extends Files {
  readonly contents: Map<string, Uint8Array>
}

export function etagOf(content: Uint8Array): string {
  return hash('md5', content, 'hex')
}

export function createMemoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>()
  const same = (key: string, etag: string): Uint8Array => {
    const content = contents.get(key)
    if (content === undefined || etagOf(content) !== etag) throw new ReplacedFile()
    return content
  }
  return {
    contents,
    async look(key) {
      const content = contents.get(key)
      if (content === undefined) return undefined
      return { etag: etagOf(content), size: content.length, head: content.slice(0, signatureBytes) }
    },
    async read(key, etag) {
      return same(key, etag)
    },
    async write(key, content) {
      contents.set(key, content)
    },
    async copy(from, etag, to) {
      contents.set(to, same(from, etag))
    },
    async remove(key) {
      contents.delete(key)
    },
  }
}
