import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../architecture/repository.ts'

const root = join(import.meta.dirname, '../..')

/** Copies the files of the repository into a folder, beside a link to the packages that are installed. */
export function copyRepository(folder: string): void {
  for (const file of openRepository(root).files) cpSync(join(root, file), join(folder, file))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
}
