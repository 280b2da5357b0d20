import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pythonWith, type Tries } from './python-packages.ts'
import { Skipped } from './skipped.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-python-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** A shell that runs nothing, and in which the commands that match fail with this output. */
function shellWithout(missing?: RegExp, output = ''): { shell: Tries; commands: string[] } {
  const commands: string[] = []
  const shell: Tries = {
    async try(program, args) {
      const command = [program, ...args].join(' ')
      commands.push(command)
      return missing?.test(command) ? output : undefined
    },
  }
  return { shell, commands }
}

const packages = ['cfn-lint==1.58.0']

describe('an environment of Python', () => {
  it('is made once', async () => {
    const { shell, commands } = shellWithout()
    const programs = await pythonWith(packages, { shell, root })
    expect(commands).toEqual([
      expect.stringContaining('version_info'),
      expect.stringContaining('-m venv'),
      expect.stringMatching(/pip install .*cfn-lint==1\.58\.0$/),
    ])
    expect(await pythonWith(packages, { shell, root })).toBe(programs)
    expect(commands).toHaveLength(3)
  })

  it.each([
    ['a recent Python', /version_info/, 'there is no Python of version 3.10 or later'],
    ['the module venv', / -m venv /, 'Python has no module venv'],
    ['a package index', /pip install/, 'the package index cannot be reached'],
  ])('is skipped without %s, and made when there is one', async (_, missing, message) => {
    const { shell: without } = shellWithout(missing, 'No matching version (from versions: none)')
    const making = pythonWith(packages, { shell: without, root })
    await expect(making).rejects.toThrow(new Skipped(message))
    const { shell, commands } = shellWithout()
    await pythonWith(packages, { shell, root })
    expect(commands).toHaveLength(3)
  })

  it('fails if there is no such version', async () => {
    const { shell } = shellWithout(/pip install/, 'No matching version (from versions: 1.57.0)')
    await expect(pythonWith(packages, { shell, root })).rejects.toThrow(
      'pip could not install cfn-lint==1.58.0',
    )
  })

  it('is refused for a package without an exact version', async () => {
    const { shell, commands } = shellWithout()
    await expect(pythonWith(['boto3'], { shell, root })).rejects.toThrow('boto3 has no exact version')
    expect(commands).toEqual([])
  })
})
