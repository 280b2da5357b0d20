import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, editsOf, type FileEdit } from './change.ts'
import { addAlarmRows, alarmPage } from './edit/alarm-rows.ts'
import { addElement } from './edit/lists.ts'
import {
  aggregatesIn,
  type EventType,
  eventTypesIn,
  fixtureOf,
  functionsIn,
  readSource,
} from './edit/repository.ts'
import { constantNamed, descendants, keyOf, propertyOf, typeNamed } from './edit/source.ts'
import { addDeclaration, addDeclarationBefore, addImport, existingState } from './edit/statements.ts'
import { checkKebab, type Spelling, spell } from './names.ts'
import { nodesIn } from './syntax.ts'
import { callOf, callTestOf } from './templates/call.ts'
import {
  entryPointOf,
  type NewReaction,
  type Recipient,
  reactionOf,
  rowOf,
  rowsOf,
} from './templates/reaction.ts'
import {
  expectedFunctionOf,
  expectedOf,
  expectedReactionOf,
  functionListOf,
  reactionTestOf,
} from './templates/reaction-tests.ts'

export interface ReactionOptions {
  /** The type of the public event. */
  readonly on: string
  /** Whether the reaction sends a mail. */
  readonly mail: boolean
  /** The service of somebody else that the reaction calls with a secret, in words, such as `the calendar`. */
  readonly secret?: string | undefined
}

/** Adds a reaction to a public event: its row, its function, and the tests of both. The stack derives from the row. */
export function newReaction(root: string, name: string, options: ReactionOptions): Change {
  checkKebab(name, 'price-list-email')
  if (isReaction(root, name)) throw new Error(`the reaction ${name} already exists: choose another name.`)
  if (functionsIn(root).includes(name))
    throw new Error(`the function ${name} already exists: choose another name.`)
  const reaction = reactionFor(root, name, options)
  const { feature, type } = reaction
  const rows = `workflows/${feature.kebab}/reactions.ts`
  const expected = `test/infra/stack/${feature.kebab}/expected.ts`
  const hasRows = existsSync(join(root, rows))
  const isExpected = existsSync(join(root, expected))
  const created = reaction.recipient === 'owner' ? createdIn(root, feature) : undefined
  const data = fixtureOf(root, feature.camel, type) ?? {}
  return {
    files: {
      [`workflows/${feature.kebab}/${name}.ts`]:
        options.secret === undefined ? reactionOf(reaction) : callOf(reaction, options.secret),
      ...(reaction.recipient === undefined && {
        [`workflows/functions/${name}.ts`]: entryPointOf(reaction),
      }),
      [`test/workflows/reactions/${feature.kebab}/${name}.test.ts`]:
        options.secret === undefined ? reactionTestOf({ reaction, data, created }) : callTestOf(reaction),
      ...(!hasRows && { [rows]: rowsOf(reaction) }),
      ...(!isExpected && { [expected]: expectedOf(reaction) }),
    },
    edits: [
      ...(hasRows ? rowEdits(rows, reaction) : listEdits(feature)),
      ...(isExpected ? expectedEdits(root, expected, reaction) : []),
      ...collectingEdits(root, expected, reaction),
      ...(reaction.recipient === undefined ? alarmEdits(reaction) : mailEdits(reaction)),
    ],
  }
}

function reactionFor(root: string, name: string, { on, mail, secret }: ReactionOptions): NewReaction {
  if (secret !== undefined && !/^[\w -]+$/.test(secret))
    throw new Error(`"${secret}" is no service: use words without signs, such as "the calendar".`)
  const event = eventTypesIn(root).find(({ type }) => type === on)
  if (event === undefined)
    throw new Error(`there is no event ${on}: use the name of its type, such as PriceListPublished.`)
  if (event.published === undefined)
    throw new Error(
      `${on} is private: make it public first, in domain/${event.feature}/public-events.ts. Reactions see public events only.`,
    )
  const feature = spell(event.feature)
  const { fields, schema } = event.published
  const idField = [`${feature.camel}Id`, 'userId'].find((field) => fields.includes(field))
  if (idField === undefined)
    throw new Error(`the public event ${on} has no ${feature.camel}Id: add it, then try again.`)
  const source = readSource(root, `domain/${feature.kebab}/${feature.kebab}.ts`)
  return {
    name: spell(name),
    feature,
    type: on,
    schema,
    idField,
    secret,
    recipient: mail ? recipientOf(root, event, feature) : undefined,
    hasStatus: typeNamed(source, `${feature.pascal}State`)?.type === 'TSUnionType',
  }
}

/** Throws an Error if neither the event nor the state tells who gets the mail. */
function recipientOf(root: string, { type, published }: EventType, feature: Spelling): Recipient {
  const field = ['ownerId', 'userId'].find((one) => published?.fields.includes(one))
  if (field !== undefined) return { field }
  const source = readSource(root, `domain/${feature.kebab}/${feature.kebab}.ts`)
  const existing = existingState(source, `${feature.pascal}State`)
  if (nodesIn(existing?.['members']).some((member) => keyOf(member) === 'ownerId')) return 'owner'
  throw new Error(`neither ${type} nor the state of ${feature.kebab} has an ownerId or a userId to write to.`)
}

/** The event that creates a stream, from the newest fixture. */
function createdIn(root: string, { camel, pascal }: Spelling) {
  const type = `${pascal}Created`
  const data = fixtureOf(root, camel, type)
  return data === undefined ? undefined : { type, data }
}

/** A reaction without mail has a queue of its own, with two alarms. */
function alarmEdits({ name, feature }: NewReaction): FileEdit[] {
  const query = `Run the query [Errors](#queries) for \`${name.pascal}\`, and remove the cause.`
  const rows = [
    {
      alarms: [`${name.pascal}Queue`],
      meaning:
        'An event has waited for half an hour. It is tried again for six hours, and nothing is lost yet.',
      remedy: query,
    },
    {
      alarms: [`${name.pascal}Failures`],
      meaning: 'The reaction failed for six hours. The queue keeps the event for 14 days.',
      remedy: `${query} Then \`npm run ops -- failures retry ${name.pascal}Failures --all\`.`,
    },
  ]
  return editsOf(alarmPage, addAlarmRows(rows, feature.kebab))
}

function rowEdits(file: string, reaction: NewReaction): FileEdit[] {
  const list = `${reaction.feature.camel}Reactions`
  return editsOf(
    file,
    addDeclarationBefore(list, rowOf(reaction)),
    addElement(list, reaction.name.camel),
    addImport(['type ReactionRow'], '../reactions/reaction-row.ts'),
  )
}

function listEdits({ camel, kebab }: Spelling): FileEdit[] {
  return editsOf(
    'workflows/reactions.ts',
    addElement('reactions', `...${camel}Reactions`),
    addImport([`${camel}Reactions`], `./${kebab}/reactions.ts`),
  )
}

/** The edits of an existing file of expectations. */
function expectedEdits(root: string, file: string, reaction: NewReaction): FileEdit[] {
  const { camel } = reaction.feature
  const { element, imports } = expectedReactionOf(reaction)
  const list = editsOf(file, addElement(`${camel}Reactions`, element), addImport(imports, '../expected.ts'))
  if (reaction.recipient !== undefined) return list
  const names = addImport(['type ExpectedFunction', 'reaction'], '../expected.ts')
  return hasFunctionList(root, file, reaction)
    ? [...list, ...editsOf(file, addElement(`${camel}Functions`, expectedFunctionOf(reaction)), names)]
    : [...list, ...editsOf(file, addDeclaration(functionListOf(reaction)), names)]
}

function hasFunctionList(root: string, file: string, { feature }: NewReaction): boolean {
  return (
    existsSync(join(root, file)) &&
    constantNamed(readSource(root, file), `${feature.camel}Functions`) !== undefined
  )
}

/** The edits of the tests that collect the expectations of all features. */
function collectingEdits(root: string, file: string, reaction: NewReaction): FileEdit[] {
  const { camel, kebab } = reaction.feature
  const add = (test: string, list: string, name: string) =>
    editsOf(
      `test/infra/stack/${test}.test.ts`,
      addElement(list, `...${name}`),
      addImport([name], `./${kebab}/expected.ts`),
    )
  const isNew = !existsSync(join(root, file))
  const addsFunctions = reaction.recipient === undefined && !hasFunctionList(root, file, reaction)
  return [
    ...(isNew ? add('reactions', 'declaredReactions', `${camel}Reactions`) : []),
    ...(addsFunctions ? add('functions', 'functions', `${camel}Functions`) : []),
  ]
}

/** The edits by which the function that sends all mail sends another one. */
function mailEdits({ name, feature }: NewReaction): FileEdit[] {
  return editsOf(
    'workflows/mails.ts',
    addElement('mails', `mail(${name.camel}Reaction)`),
    addImport([`${name.camel}Reaction`], `./${feature.kebab}/${name.kebab}.ts`),
  )
}

/** Whether a reaction of any feature has this name. */
function isReaction(root: string, name: string): boolean {
  return aggregatesIn(root)
    .map((feature) => `workflows/${feature}/reactions.ts`)
    .filter((file) => existsSync(join(root, file)))
    .some((file) =>
      descendants(readSource(root, file).program).some(
        (node) => propertyOf(node, 'name')?.['value'] === name,
      ),
    )
}
