import { type Change, editsOf, together } from './change.ts'
import { addElement } from './edit/lists.ts'
import { checkAggregate, contractKeysIn, eventTypesIn, fixtureOf, readSource } from './edit/repository.ts'
import { constantNamed, functionNamed, type Source, unexpected } from './edit/source.ts'
import { addCase, addUnionMember } from './edit/statements.ts'
import { eventTypeOf, flagOf, flagsIn, newEvent } from './event.ts'
import { checkKebab, type Spelling, spell, withArticle, withCapital } from './names.ts'
import { nodesIn } from './syntax.ts'
import { commandTestOf } from './templates/command.ts'

export interface CommandOptions {
  /** The event that the command emits, once. It is added to the aggregate if it does not exist. */
  readonly emits?: string | undefined
  /** Whether other services receive that event, if it is new. */
  readonly public: boolean
}

/** The full name of a command: `publish` and `publish-price-list` mean the same in `price-list`. */
export function commandNameOf({ kebab }: Spelling, name: string): string {
  checkKebab(name, 'publish')
  return `-${name}-`.includes(`-${kebab}-`) ? name : `${name}-${kebab}`
}

/** Adds a command to an aggregate: its decision, its contract, its handler and its test. */
export function newCommand(root: string, aggregate: string, name: string, options: CommandOptions): Change {
  checkAggregate(root, aggregate)
  const feature = spell(aggregate)
  const command = commandNameOf(feature, name)
  if (contractKeysIn(root, 'commands').includes(command))
    throw new Error(`the command ${command} already exists: choose another name.`)
  checkForm(root, feature)
  const emits = options.emits === undefined ? undefined : eventTypeOf(feature, options.emits)
  const event = emits === undefined ? none : emittedEvent(root, feature, emits, options.public)
  return together(event, {
    files: {
      [`test/domain/${aggregate}/${command}.test.ts`]: commandTestOf({
        feature,
        command,
        created: createdIn(root, feature),
        emits,
      }),
    },
    edits: commandEdits(root, { feature, command, emits }),
  })
}

const none: Change = { files: {}, edits: [] }

/** The change that adds an event, unless the aggregate has it. Throws for an event that the generator cannot emit. */
export function emittedEvent(root: string, feature: Spelling, type: string, isPublic: boolean): Change {
  const flags = flagsIn(root, feature)
  if (flags === undefined)
    throw new Error(
      `the state of ${feature.kebab} has no place for a flag, so --emits cannot be used: ` +
        'leave it out, and return the event from decide by hand.',
    )
  const found = eventTypesIn(root).find((event) => event.type === type)
  if (found === undefined) return newEvent(root, feature.kebab, type, { public: isPublic })
  if (found.feature !== feature.kebab)
    throw new Error(`${type} is an event of ${found.feature}, not of ${feature.kebab}.`)
  if (!found.empty || !flags.includes(flagOf(feature, type)))
    throw new Error(
      `${type} was not written by npm run new, so --emits cannot be used with it: ` +
        'leave it out, and return the event from decide by hand.',
    )
  return none
}

/** Throws an Error that names the file if the aggregate does not have the form of a generated one. */
function checkForm(root: string, { kebab, camel, pascal }: Spelling): void {
  const contract = readSource(root, `commands/${kebab}/contract.ts`)
  if (constantNamed(contract, `${camel}Id`) === undefined) throw unexpected(contract, `constant ${camel}Id`)
  const handlers = readSource(root, `commands/${kebab}/handlers.ts`)
  const send = functionNamed(handlers, `on${pascal}`)
  if (nodesIn(send?.['params']).length !== 2) throw unexpected(handlers, `function on${pascal}(id, command)`)
}

/** The event of a creation by `ann`, from the newest fixture. */
export function createdIn(root: string, { camel, pascal }: Spelling): { type: string; data: object } {
  const type = `${pascal}Created`
  const data = fixtureOf(root, camel, type)
  if (data === undefined || !('ownerId' in data))
    throw unexpected({ file: `test/fixtures/events/${camel}.json` }, `event ${type} with an ownerId`)
  return { type, data: { ...data, ownerId: 'ann' } }
}

interface NewCommand {
  readonly feature: Spelling
  readonly command: string
  readonly emits: string | undefined
}

function commandEdits(root: string, { feature, command, emits }: NewCommand) {
  const { kebab, camel, pascal } = feature
  const aggregate = `domain/${kebab}/${kebab}.ts`
  const decision =
    emits === undefined
      ? '[]'
      : `${hasHappened(readSource(root, aggregate), flagOf(feature, emits))} ? [] : [{ type: '${emits}', data: {} }]`
  return [
    ...editsOf(
      aggregate,
      addUnionMember(`${pascal}Command`, `{ readonly type: '${command}' }`),
      addCase('decide', 'command.type', `case '${command}': return ${decision}`),
    ),
    ...editsOf(
      `commands/${kebab}/contract.ts`,
      addElement(
        `${camel}Contract.commands`,
        `'${command}': {
          summary: '${summaryOf(feature, command)}',
          creates: false,
          body: z.strictObject({ ${camel}Id }),
        }`,
      ),
    ),
    ...editsOf(
      `commands/${kebab}/handlers.ts`,
      addElement(
        `${camel}Handlers`,
        `'${command}': ({ ${camel}Id }, { actorId }) => on${pascal}(${camel}Id, { type: '${command}', actorId })`,
      ),
    ),
    ...editsOf(
      `test/kit/arbitraries/${kebab}.ts`,
      addElement('command', `fc.record({ type: fc.constant('${command}' as const), actorId })`),
    ),
  ]
}

/** `Publish a price list`, or the words of a command that does not end with the aggregate. */
function summaryOf({ kebab, words }: Spelling, command: string): string {
  const verb = command.endsWith(`-${kebab}`) ? command.slice(0, -kebab.length - 1) : undefined
  return withCapital(verb === undefined ? spell(command).words : `${spell(verb).words} ${withArticle(words)}`)
}

/** Whether the flag of an event is set, in `decide`. If `decide` has not ruled out `none`, the state may lack the flag. */
function hasHappened(source: Source, flag: string): string {
  const decide = functionNamed(source, 'decide')
  const isRuledOut = nodesIn(nodesIn(decide?.['body'])[0]?.['body']).some((statement) => {
    const [test] = nodesIn(statement['test'])
    return test !== undefined && source.text.slice(test.start, test.end).includes("state.status === 'none'")
  })
  return isRuledOut ? `state.${flag}` : `'${flag}' in state`
}
