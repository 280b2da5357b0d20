import { hasMissedAlarm } from '../../stack/parts/monitoring/interval.ts'
import { type Change, editsOf } from './change.ts'
import { type AlarmRow, addAlarmRows, alarmPage } from './edit/alarm-rows.ts'
import { addElement } from './edit/lists.ts'
import { functionsIn } from './edit/repository.ts'
import { addImport, addStatement } from './edit/statements.ts'
import { checkKebab, spell } from './names.ts'
import { featuresIn } from './remove/features.ts'
import {
  handlerOf,
  handlerTestOf,
  scheduledEntryPointOf,
  stackPartOf,
  stackTestOf,
} from './templates/schedule.ts'

export interface ScheduleOptions {
  /** When the function runs, in UTC, as EventBridge Scheduler has it: `cron(…)` or `rate(…)`. */
  readonly expression: string
}

/** Every day at three in the morning. */
export const daily = 'cron(0 3 * * ? *)'

/** Throws an Error that says what to do instead if a function cannot have this name or this schedule. */
export function checkSchedule(root: string, name: string, expression: string): void {
  checkKebab(name, 'send-reminders')
  if (functionsIn(root).includes(name))
    throw new Error(`the function ${name} already exists: choose another name.`)
  if (featuresIn(root).includes(name)) throw new Error(`"${name}" is a feature: choose another name.`)
  if (!/^(cron|rate)\([\w ,*?/#-]+\)$/.test(expression))
    throw new Error(`"${expression}" is no expression: use cron(…) or rate(…), such as "${daily}".`)
}

/** Adds a function that runs on a schedule: its handler, its part of the stack, and the tests of both. */
export function newSchedule(root: string, name: string, { expression }: ScheduleOptions): Change {
  checkSchedule(root, name, expression)
  const spelling = spell(name)
  const { pascal } = spelling
  const makers = [`add${pascal}`, `add${pascal}Data`]
  const schedule = { name: spelling, expression }
  return {
    files: {
      [`workflows/functions/${name}.ts`]: scheduledEntryPointOf(schedule),
      [`workflows/schedules/${name}.ts`]: handlerOf(schedule),
      [`infra/stack/${name}.ts`]: stackPartOf(schedule),
      [`test/workflows/schedules/${name}.test.ts`]: handlerTestOf(schedule),
      [`test/infra/stack/${name}.test.ts`]: stackTestOf(schedule),
    },
    edits: [
      ...editsOf(alarmPage, addAlarmRows(alarmsOf(pascal, expression))),
      ...editsOf(
        'infra/stack/stacks.ts',
        addStatement('addStacks', `add${pascal}(service, { bundles, stage, data: add${pascal}Data(data) })`),
        addImport(makers, `./${name}.ts`),
      ),
      ...editsOf(
        'test/infra/stack/parts.test.ts',
        addElement(
          'optional',
          `{
            name: '${name}',
            add: ({ data, service, bundles }) =>
              add${pascal}(service, { bundles, stage, data: add${pascal}Data(data) }),
            marks: ['${pascal}', '${name}'],
          }`,
        ),
        addImport(makers, `../../../infra/stack/${name}.ts`),
      ),
      ...editsOf(
        'test/infra/stack/functions.test.ts',
        addElement(
          'functions',
          `{
            name: '${pascal}',
            bundle: '${name}',
            seconds: 60,
            environment: {},
            grants: { '${pascal}Failures.Arn': 'sqs: SendMessage' },
          }`,
        ),
      ),
    ],
  }
}

/** The alarms that the stack adds for a schedule. */
export function alarmsOf(name: string, expression: string): AlarmRow[] {
  const query = `Run the query [Errors](#queries) for \`${name}\``
  const rows = [
    {
      alarms: [`${name}Failures`],
      meaning: 'A run failed in three tries.',
      remedy: `${query}, and remove the cause.`,
    },
    { alarms: [`${name}Duration`], meaning: 'A run took four fifths of its time.', remedy: `${query}.` },
  ]
  const missed = {
    alarms: [`${name}Missed`],
    meaning: 'The function was not run when it was due. In a new stage it is on until the first run.',
    remedy: '`aws scheduler list-schedules`: is it on, and may its role invoke the function?',
  }
  return hasMissedAlarm(expression) ? [...rows, missed] : rows
}
