import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = '.github/workflows'
const files = readdirSync(folder)
const read = (file: string) => readFileSync(`${folder}/${file}`, 'utf8')
const scripts: object = JSON.parse(readFileSync('package.json', 'utf8')).scripts

describe.each(files)('the workflow %s', (file) => {
  const text = read(file)

  it('uses actions of a fixed version, and only what they need', () => {
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action)
    expect(used.length).toBeGreaterThan(0)
    expect(
      used.filter((action) => !/^(actions|aws-actions)\/[a-z-]+@(v\d+|[0-9a-f]{40})$/.test(action ?? '')),
    ).toEqual([])
    expect(text).toMatch(/^permissions:\n {2}contents: read\n/m)
  })

  it('has no secret and no long-lived key', () => {
    expect(text).not.toMatch(/secrets\.|aws-access-key-id|registry/i)
  })

  it('puts no input into a script', () => {
    const commands = [...text.matchAll(/run: (.*)/g)].map(([, command]) => command ?? '')
    expect(commands.filter((command) => command.includes('${{'))).toEqual([])
    for (const command of commands) {
      const script = /^npm run (\S+)/.exec(command)?.[1]
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script)
      else expect(command === 'npm ci' || existsSync(command)).toBe(true)
    }
  })
})

describe('a deployment by a workflow', () => {
  const text = read('deploy.yml')

  it('waits for the approval of its environment and for the deployment before it', () => {
    expect(text).toMatch(/environment: \$\{\{ inputs\.stage \}\}/)
    expect(text).toMatch(/group: deploy-\$\{\{ inputs\.stage \}\}\n(.*\n)? {2}cancel-in-progress: false/)
    expect(text).toContain('id-token: write')
    expect(text).toContain('role-to-assume:')
  })
})

it('CI runs the checks of the repository', () => {
  expect(read('ci.yml')).toContain('run: .ci/run\n')
})
