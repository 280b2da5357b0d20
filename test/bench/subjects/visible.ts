import { startBackend } from '../../demo/backend.ts'
import { type Person, readConfig, signUp } from '../../kit/people/person.ts'
import { percentile, timed } from '../measure.ts'
import { format } from '../report.ts'
import type { Subject } from './subject.ts'

/** The time from the answer to a command until a query shows the change, on the running local cloud. */
export const visible: Subject = async ({ size }) => {
  const backend = await startBackend()
  const accepted: number[] = []
  const shown: number[] = []
  try {
    const person = await signUp(await readConfig(backend.apiUrl))
    await person.command('change-profile', { name: 'Ann' })
    await until(person, 'Ann')
    // The first rounds warm up the functions.
    for (let n = -10; n < size.visible; n++) {
      const name = `Ann ${n}`
      const command = await timed(() => person.command('change-profile', { name }))
      if (command.value.status !== 200) throw new Error(`a renaming got ${command.value.status}`)
      const { ms } = await timed(() => until(person, name))
      if (n < 0) continue
      accepted.push(command.ms)
      shown.push(ms)
    }
  } finally {
    await backend.close()
  }

  const p50 = percentile(shown, 50)
  const p99 = percentile(shown, 99)
  const table = {
    title: 'From command to query',
    about: `${size.visible} renamings of one person, one after another, through a warm \`npm start\` in its own process. The query is repeated as soon as it has answered, without \`Read-After\`.`,
    columns: [{ name: 'p50 ms' }, { name: 'p99 ms' }],
    rows: [
      {
        what: 'command answered',
        contestant: 'annals',
        figures: [percentile(accepted, 50), percentile(accepted, 99)],
      },
      { what: 'then visible', contestant: 'annals', figures: [p50, p99] },
    ],
  }
  const bar = {
    bar: 'command accepted → visible in the query API, warm: p50 ≤ 100 ms, p99 ≤ 400 ms',
    measured: `${format(p50)} ms, ${format(p99)} ms`,
    met: p50 <= 100 && p99 <= 400,
  }
  return { table, bars: [bar] }
}

async function until(person: Person, name: string): Promise<void> {
  const began = performance.now()
  for (;;) {
    const { body } = await person.query('/me')
    if (body['name'] === name) return
    if (performance.now() - began > 10_000) throw new Error(`${name} was not visible after ten seconds`)
  }
}
