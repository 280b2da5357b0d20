import { expect, it } from 'vitest'
import { day, dayMs, nextMorning, withAdmin } from '../../kit/memory/daily-report.ts'

it('the daily report counts projects on the day of their creation', async () => {
  const { confirm, command, daily, clock } = await withAdmin()
  const { today, tomorrow } = await nextMorning(clock)
  const positions: unknown[] = []
  for (const person of ['bob', 'carol', 'dave']) {
    await confirm(person)
    positions.push((await command(person, 'create-project', { title: 'Atlas' })).body['position'])
    positions.push((await command(person, 'change-profile', { name: 'New' })).body['position'])
  }
  await clock.sleep(dayMs)
  const { body } = await command('bob', 'create-project', { title: 'Globe' })
  const archived = await command('bob', 'archive-project', { projectId: body['id'] })
  positions.push(archived.body['position'])

  expect(await daily(`?from=${today}&to=${tomorrow}`, ...positions)).toMatchObject({
    status: 200,
    body: { items: [day(today, { signUps: 3, projects: 3 }), day(tomorrow, { projects: 1 })] },
  })
})
