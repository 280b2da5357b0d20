import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { writing } from '../../storage/write-failure.ts'

/**
 * The values of secrets, by logical id, in a file of JSON that a developer may edit at any time. A value is a text, or an
 * object, whose JSON is the text.
 */
export interface SecretFile {
  readonly path: string
  /** Throws an Error that names the file if it is not an object of texts and objects. */
  get(logicalId: string): string | undefined
  set(logicalId: string, value: string): void
  /** When the file was last written, in seconds since 1970; undefined if there is none. */
  writtenAt(): number | undefined
}

const values = z.record(z.string(), z.union([z.string(), z.record(z.string(), z.unknown())]))

/** Uses a file, which need not exist. It is written readable by its owner only, and read at every call. */
export function openSecretFile(path: string): SecretFile {
  const read = (): z.output<typeof values> => {
    if (!existsSync(path)) return {}
    try {
      return values.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch {
      // The error would quote a part of the file.
      throw new Error(`${path} is not valid: write an object in JSON whose values are texts or objects`)
    }
  }
  return {
    path,
    get(logicalId) {
      const all = read()
      const value = Object.hasOwn(all, logicalId) ? all[logicalId] : undefined
      return typeof value === 'object' ? JSON.stringify(value) : value
    },
    set(logicalId, value) {
      const text = `${JSON.stringify({ ...read(), [logicalId]: value }, undefined, 2)}\n`
      writing(path, () => {
        writeFileSync(`${path}.new`, text, { mode: 0o600 })
        renameSync(`${path}.new`, path)
      })
    },
    writtenAt: () => (existsSync(path) ? statSync(path).mtimeMs / 1000 : undefined),
  }
}
