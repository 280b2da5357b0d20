import { posix } from 'node:path'
import type { Finding, Repository } from './repository.ts'

const entryPoint = /^[a-z]+\/functions\/[a-z0-9-]+\.ts$/

/** Finds entry points that are not bundled, bundles without an entry point, and other files in `functions/`. */
export function bundleFindings(repository: Repository, bundled: readonly string[]): Finding[] {
  // A list of native modules is named after the entry point that it is for.
  const isNativeList = (file: string) =>
    file.endsWith('.native.json') && repository.has(file.replace('.native.json', '.ts'))
  const files = repository.files.filter((file) => /^[a-z]+\/functions\//.test(file) && !isNativeList(file))
  const names = files.map((file) => posix.basename(file, '.ts'))
  const finding = (file: string, advice: string) => ({ file, line: 1, rule: 'bundle', subject: file, advice })
  return [
    ...files
      .filter((file) => !entryPoint.test(file))
      .map((file) => finding(file, 'is not an entry point: functions/ holds nothing else, so move it')),
    ...files
      .filter((file) => entryPoint.test(file) && !bundled.includes(posix.basename(file, '.ts')))
      .map((file) => finding(file, 'is not bundled: add it to infra/build/bundle.ts, or delete it')),
    ...bundled
      .filter((name) => !names.includes(name))
      .map((name) => finding('infra/build/bundle.ts', `bundles ${name}, which is in no functions/ folder`)),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => finding('infra/build/bundle.ts', `two functions/ folders have a file ${name}.ts`)),
  ]
}
