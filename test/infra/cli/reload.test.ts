import { expect, it } from 'vitest'
import { createReload } from '../../../infra/cli/reload.ts'

/** A reload whose assembly and local cloud behave as given, and the lines that it prints. */
function reloading(
  o: {
    changed?: readonly string[]
    assembles?: () => Promise<string>
    reloads?: () => readonly string[]
    added?: readonly string[]
  } = {},
) {
  const said: string[] = []
  const asked: boolean[] = []
  const behaviour = { ...o }
  const reload = createReload({
    cloud: { reload: () => behaviour.reloads?.() ?? behaviour.changed ?? [] },
    assembly: {
      isSourceOfTemplate: (file) => file === 'commands/contract.ts' || file.startsWith('infra/stack/'),
      async assembleAgain({ fresh }) {
        asked.push(fresh)
        return (await behaviour.assembles?.()) ?? 'cdk.out'
      },
      newFunctions: () => behaviour.added ?? [],
    },
    say: (line) => void said.push(line),
  })
  return { reload, said, asked, behaviour }
}

it('names the changed functions and files', async () => {
  const { reload, said, asked } = reloading({ changed: ['QueryApi3CD11506', 'ProjectorA28C91BB'] })
  await reload(['domain/a.ts', 'domain/b.ts', 'domain/c.ts', 'domain/d.ts'])
  expect(said).toEqual([
    expect.stringMatching(
      /^Reloaded QueryApi, Projector in \d+\.\d s: domain\/a\.ts, domain\/b\.ts, domain\/c\.ts and 1 more$/,
    ),
  ])
  expect(asked).toEqual([false])
})

it('reports no change, and asks for no restart, after a save that leaves the template unchanged', async () => {
  const { reload, said, asked } = reloading()
  await reload(['commands/contract.ts'])
  expect(said).toEqual(['The template is unchanged: commands/contract.ts'])
  expect(asked).toEqual([false, true])
})

it('asks for a restart and names the changed resources, until the change is undone', async () => {
  const { reload, said, asked, behaviour } = reloading({
    reloads() {
      throw new Error('the template adds SecondWelcome4F')
    },
  })
  await reload(['infra/stack/mail.ts'])
  await reload(['domain/a.ts'])
  delete behaviour.reloads
  await reload(['domain/a.ts'])
  await reload(['domain/a.ts'])
  expect(said).toEqual([
    'Restart npm start to use infra/stack/mail.ts: the template adds SecondWelcome4F',
    'Restart npm start to use domain/a.ts: the template adds SecondWelcome4F',
    'The template is unchanged: domain/a.ts',
    'No function changed: domain/a.ts',
  ])
  // After a refusal, the next save synthesises the template again.
  expect(asked).toEqual([false, true, false, true, false, true, false])
})

it('reloads the code immediately, and then reports whether the template needs a restart', async () => {
  const { reload, said, behaviour } = reloading()
  let times = 0
  behaviour.reloads = () => {
    times += 1
    if (times === 1) return ['CommandApiA978DD50']
    throw new Error('the template changes HttpApi12345678')
  }
  await reload(['commands/contract.ts'])
  expect(said).toEqual([
    expect.stringMatching(/^Reloaded CommandApi in /),
    'Restart npm start to use commands/contract.ts: the template changes HttpApi12345678',
  ])
})

it('reports why it cannot build, and that the older code still runs', async () => {
  const { reload, said, behaviour, asked } = reloading({
    assembles: () => Promise.reject(new Error('domain/a.ts:3:30: ERROR: Could not resolve "./b.ts"')),
  })
  await reload(['commands/contract.ts'])
  delete behaviour.assembles
  await reload(['domain/b.ts'])
  expect(said).toEqual([
    'Not reloaded; the code that was built last still runs: domain/a.ts:3:30: ERROR: Could not resolve "./b.ts"',
    'The template is unchanged: domain/b.ts',
  ])
  expect(asked).toEqual([false, true, false, true])
})

it('asks for a restart of npm start for its own code, and ignores the code of other commands', async () => {
  const { reload, said, asked } = reloading()
  await reload(['infra/local/gateway/gateway.ts', 'infra/build/bundle.ts', 'infra/cli/start.ts'])
  await reload(['infra/cli/ops/verify.ts', 'infra/cli/new/new.ts', 'infra/deploy/deploy.ts'])
  expect(said).toEqual([
    'Restart npm start to use infra/local/gateway/gateway.ts, infra/build/bundle.ts, infra/cli/start.ts: this code is loaded once, at the start',
  ])
  expect(asked).toEqual([])
})

it('reports once that the template lacks an added function', async () => {
  const { reload, said } = reloading({ added: ['second-welcome'] })
  await reload(['workflows/functions/second-welcome.ts'])
  await reload(['workflows/functions/second-welcome.ts'])
  expect(said.filter((line) => line.includes('second-welcome yet'))).toEqual([
    'The template has no function second-welcome yet: declare it in infra/stack, then restart npm start',
  ])
})
