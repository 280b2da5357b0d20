import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, editsOf, type FileEdit } from './change.ts'
import { addElement } from './edit/lists.ts'
import { type EventType, eventTypesIn, fixtureOf, functionsIn, readSource } from './edit/repository.ts'
import { keyOf, typeNamed } from './edit/source.ts'
import { addDeclarationBefore, addImport, existingState } from './edit/statements.ts'
import { checkKebab, type Spelling, spell } from './names.ts'
import { nodesIn } from './syntax.ts'
import {
  entryPointOf,
  type NewReaction,
  type Recipient,
  reactionOf,
  rowOf,
  rowsOf,
} from './templates/reaction.ts'
import { expectedElementsOf, expectedOf, reactionTestOf } from './templates/reaction-tests.ts'

export interface ReactionOptions {
  /** The type of the public event. */
  readonly on: string
  /** Whether the reaction sends a mail. */
  readonly mail: boolean
}

/** Adds a reaction to a public event: its row, its function, and the tests of both. The stack derives from the row. */
export function newReaction(root: string, name: string, options: ReactionOptions): Change {
  checkKebab(name, 'price-list-email')
  if (functionsIn(root).includes(name))
    throw new Error(`the function ${name} already exists: choose another name.`)
  const reaction = reactionFor(root, name, options)
  const { feature, type } = reaction
  const rows = `workflows/${feature.kebab}/reactions.ts`
  const expected = `test/infra/stack/${feature.kebab}/expected.ts`
  const hasRows = existsSync(join(root, rows))
  const isExpected = existsSync(join(root, expected))
  const created = reaction.recipient === 'owner' ? createdIn(root, feature) : undefined
  return {
    files: {
      [`workflows/${feature.kebab}/${name}.ts`]: reactionOf(reaction),
      [`workflows/functions/${name}.ts`]: entryPointOf(reaction),
      [`test/workflows/reactions/${feature.kebab}/${name}.test.ts`]: reactionTestOf({
        reaction,
        data: fixtureOf(root, feature.camel, type) ?? {},
        created,
      }),
      ...(!hasRows && { [rows]: rowsOf(reaction) }),
      ...(!isExpected && { [expected]: expectedOf(reaction) }),
    },
    edits: [
      ...(hasRows ? rowEdits(rows, reaction) : listEdits(feature)),
      ...(isExpected ? expectedEdits(expected, reaction) : expectedListEdits(feature)),
    ],
  }
}

function reactionFor(root: string, name: string, { on, mail }: ReactionOptions): NewReaction {
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

function expectedEdits(file: string, reaction: NewReaction): FileEdit[] {
  const { camel } = reaction.feature
  const elements = expectedElementsOf(reaction)
  return editsOf(
    file,
    addElement(`${camel}Reactions`, elements.reaction),
    addElement(`${camel}Functions`, elements.function),
    addImport(elements.imports, '../expected.ts'),
  )
}

function expectedListEdits({ camel, kebab }: Spelling): FileEdit[] {
  const lists = [
    ['reactions', 'declaredReactions', `${camel}Reactions`],
    ['functions', 'functions', `${camel}Functions`],
  ] as const
  return lists.flatMap(([file, list, name]) =>
    editsOf(
      `test/infra/stack/${file}.test.ts`,
      addElement(list, `...${name}`),
      addImport([name], `./${kebab}/expected.ts`),
    ),
  )
}
