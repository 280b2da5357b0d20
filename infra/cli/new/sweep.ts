import { basename } from 'node:path'
import pluralize from 'pluralize'
import { type Change, editsOf, type FileEdit, together } from './change.ts'
import { commandNameOf, createdIn, emittedEvent } from './command.ts'
import { addAlarmRows, alarmPage } from './edit/alarm-rows.ts'
import { addAlternative, addReturned, addStatementBeforeIf } from './edit/functions.ts'
import { addElement } from './edit/lists.ts'
import { aggregatesIn, type ReadModel, readModelsIn, readSource } from './edit/repository.ts'
import { typeNamed } from './edit/source.ts'
import { addDeclarationBefore, addImport, addStatement, addUnionMember } from './edit/statements.ts'
import { eventTypeOf, flagOf } from './event.ts'
import { type Spelling, spell } from './names.ts'
import { alarmsOf, checkSchedule } from './schedule.ts'
import { stackTestOf } from './templates/schedule.ts'
import {
  decisionOf,
  duePortOf,
  dueRowsOf,
  type NewSweep,
  sweepEntryPointOf,
  sweepHandlerOf,
  sweepStackOf,
} from './templates/sweep.ts'
import { decisionTestOf, sweepExpectedOf, sweepTestOf } from './templates/sweep-tests.ts'

export interface SweepOptions {
  readonly expression: string
  /** The read model that lists what is due, such as `bookings`. */
  readonly sweep: string
  /** The event that the command emits, once. It is added to the aggregate if it does not exist. */
  readonly emits: string
  /** Whether other services receive that event, if it is new. */
  readonly public: boolean
}

/**
 * Adds a function on a schedule that sends a command to each stream that is due: the command with its event, the list of
 * what is due, the function with its part of the stack, and the tests of all of these.
 */
export function newSweep(root: string, name: string, options: SweepOptions): Change {
  const { expression } = options
  checkSchedule(root, name, expression)
  const { models, feature } = sweptBy(root, options.sweep)
  const emits = eventTypeOf(feature, options.emits)
  const event = emittedEvent(root, feature, emits, options.public)
  const [newest] = models.toReversed()
  if (newest === undefined) throw unknownModel(root, options.sweep)
  const state = typeNamed(
    readSource(root, `domain/${feature.kebab}/${feature.kebab}.ts`),
    `${feature.pascal}State`,
  )
  const sweep: NewSweep = {
    name: spell(name),
    expression,
    feature,
    version: newest.version,
    constant: newest.constant,
    command: spell(commandNameOf(feature, singularOf(name))),
    emits,
    flag: flagOf(feature, emits),
    hasActive: textOfType(root, feature, state).includes("'active'"),
  }
  const created = createdIn(root, feature)
  return together(event, {
    files: filesOf(sweep, created),
    edits: [
      ...domainEdits(sweep),
      ...models.flatMap((model) => listEdits(sweep, model)),
      ...stackEdits(sweep),
    ],
  })
}

/** The feature whose read model a sweep reads. Its versions are in order. */
export function sweptBy(
  root: string,
  readModel: string,
): { models: readonly ReadModel[]; feature: Spelling } {
  const models = readModelsIn(root).filter(({ name }) => name === readModel)
  const [first] = models
  if (first === undefined) throw unknownModel(root, readModel)
  const feature = spell(basename(first.folder))
  if (first.aggregate !== feature.camel || !aggregatesIn(root).includes(feature.kebab))
    throw new Error(`${readModel} does not list the streams of one feature: write the sweep by hand.`)
  return { models, feature }
}

function unknownModel(root: string, name: string): Error {
  const names = [...new Set(readModelsIn(root).map((one) => one.name))]
  return new Error(`there is no read model "${name}"; the read models are ${names.join(', ')}.`)
}

/** `remind-booking` for `remind-bookings`. */
function singularOf(name: string): string {
  const words = name.split('-')
  return [...words.slice(0, -1), pluralize.singular(words.at(-1) ?? '')].join('-')
}

function textOfType(root: string, { kebab }: Spelling, type: ReturnType<typeof typeNamed>): string {
  return readSource(root, `domain/${kebab}/${kebab}.ts`).text.slice(type?.start ?? 0, type?.end ?? 0)
}

function filesOf(sweep: NewSweep, created: { type: string; data: object }): Record<string, string> {
  const { name, feature, command } = sweep
  const test = { ...sweep, created }
  return {
    [`projections/${feature.kebab}/${name.kebab}.ts`]: duePortOf(sweep),
    [`workflows/${feature.kebab}/${name.kebab}.ts`]: sweepHandlerOf(sweep),
    [`workflows/functions/${name.kebab}.ts`]: sweepEntryPointOf(sweep),
    [`infra/stack/${feature.kebab}/${name.kebab}.ts`]: sweepStackOf(sweep),
    [`test/domain/${feature.kebab}/${command.kebab}.test.ts`]: decisionTestOf(test),
    [`test/workflows/${feature.kebab}/${name.kebab}.test.ts`]: sweepTestOf(test),
    [`test/infra/stack/${feature.kebab}/${name.kebab}.test.ts`]: stackTestOf(sweep, '../../../kit'),
    [`test/infra/stack/${feature.kebab}/${name.kebab}-expected.ts`]: sweepExpectedOf(sweep),
  }
}

/** The command has no contract, so no client can send it. It is decided before the owner is compared. */
function domainEdits(sweep: NewSweep): FileEdit[] {
  const { name, feature, command } = sweep
  const actor = `${name.camel}Actor`
  return [
    ...editsOf(
      `domain/${feature.kebab}/${feature.kebab}.ts`,
      addUnionMember(
        `${feature.pascal}Command`,
        `{ readonly type: '${command.kebab}'; readonly now: number }`,
      ),
      addStatementBeforeIf(
        'decide',
        "state.status === 'none'",
        `if (command.type === '${command.kebab}') return ${command.camel}(state, command.now)`,
      ),
      addDeclarationBefore('decide', decisionOf(sweep)),
      addAlternative(
        `${feature.camel}.knownTo`,
        ([state, actorId]) => `(${state}.status !== 'none' && ${actorId} === ${actor})`,
      ),
    ),
    ...editsOf(
      `test/kit/arbitraries/${feature.kebab}.ts`,
      addElement(
        'command',
        `fc.record({ type: fc.constant('${command.kebab}' as const), actorId: fc.constant(${actor}), now: fc.nat() })`,
      ),
      addImport([actor], `../../../domain/${feature.kebab}/${feature.kebab}.ts`),
    ),
  ]
}

/** The rows of what is due, in one version of the read model. */
function listEdits(sweep: NewSweep, { folder, version }: ReadModel): FileEdit[] {
  return editsOf(
    `${folder}/v${version}/projection.ts`,
    addReturned(
      'render',
      ['state', 'id: string'],
      (names) => `...${sweep.name.camel}Rows(${names.join(', ')})`,
    ),
    addDeclarationBefore('render', dueRowsOf(sweep)),
    addImport(['shardOf'], '../../engine/counters.ts'),
  )
}

function stackEdits({ name: { camel, kebab, pascal }, feature, expression }: NewSweep): FileEdit[] {
  const expected = `./${feature.kebab}/${kebab}-expected.ts`
  return [
    ...editsOf(alarmPage, addAlarmRows(alarmsOf(pascal, expression), feature.kebab)),
    ...editsOf(
      'infra/stack/stacks.ts',
      addStatement(
        'addStacks',
        `add${pascal}(service, { bundles, stage, writeSide, readSide, data: add${pascal}Data(data) })`,
      ),
      addImport([`add${pascal}`, `add${pascal}Data`], `./${feature.kebab}/${kebab}.ts`),
    ),
    ...editsOf(
      'test/infra/stack/parts.test.ts',
      addElement('optional', `${camel}Part`),
      addImport([`${camel}Part`], expected),
    ),
    ...editsOf(
      'test/infra/stack/functions.test.ts',
      addElement('functions', `${camel}Function`),
      addImport([`${camel}Function`], expected),
    ),
  ]
}
