import { mark } from './people.ts'
import { demandSuccess, type FeatureSteps } from './step.ts'

const title = `${mark}, renamed`

/** Creates a project, renames it, and reads it from every side. */
export const projectSteps: FeatureSteps = () => {
  let projectId = ''
  let position = ''
  return [
    {
      name: 'a project is created',
      look: 'the log of CommandApi',
      async run({ command }) {
        const answer = await command('create-project', { title: mark })
        demandSuccess(answer)
        projectId = String(answer.body['id'])
      },
    },
    {
      name: 'the project is renamed',
      look: 'the log of CommandApi',
      async run({ command }) {
        const answer = await command('rename-project', { projectId, title })
        demandSuccess(answer)
        position = String(answer.body['position'])
      },
    },
    {
      name: 'a query with Read-After shows the new title',
      look: 'the log of QueryApi',
      async run({ query }) {
        const answer = await query(`/projects/${projectId}`, { 'read-after': position })
        demandSuccess(answer)
        if (answer.body['title'] === title) return
        throw new Error(`the title is ${JSON.stringify(answer.body['title'])}, not "${title}"`)
      },
    },
    {
      name: 'the feed shows both events through the stream',
      look: 'the log of Projector, and npm run ops -- lag',
      run: ({ query, until }) =>
        until(
          () => query(`/projects/${projectId}/activity`),
          ({ status, body }) => {
            const items = Array.isArray(body['items']) ? body['items'].length : 0
            return status === 200 && items === 2 ? undefined : `answers ${status} with ${items} of 2 events`
          },
        ),
    },
  ]
}
