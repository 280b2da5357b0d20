import { parseStreamName } from '../../../domain/kernel/stream.ts'
import type { OpsCommand, Options } from './command.ts'
import type { Ports } from './ports.ts'
import { columns } from './printing.ts'

/** A stream whose state in a read model contains the text. */
interface Found {
  readonly stream: string
  readonly generation: string
  readonly version: number
  readonly value: string
}

export const find: OpsCommand = {
  name: 'find',
  usage: 'find --email ADDRESS | --title TEXT',
  summary:
    'the streams with this email address, or with this text in their title; reads the whole read model',
  options: ['email', 'title'],
  async run({ operands, options }, open) {
    if (operands.length > 0) throw new Error('find takes no operand: give --email ADDRESS or --title TEXT')
    const [field, text] = wantedOf(options)
    const found = await findStreams(await open(), field, text)
    const lines = found.map(({ stream, generation, version, value }) => [
      stream,
      generation,
      `at ${version}`,
      value,
    ])
    return {
      json: found,
      text: found.length === 0 ? `No stream has this ${field}.` : columns(lines),
      failed: found.length === 0,
    }
  },
}

function wantedOf({ email, title }: Options): ['email' | 'title', string] {
  if ((email === undefined) === (title === undefined)) throw new Error('give --email ADDRESS or --title TEXT')
  return email !== undefined ? ['email', email] : ['title', title ?? '']
}

/** An address must equal the given one, and a title must contain the text. Both ignore case. */
async function findStreams(
  { guards, versions, lists }: Ports,
  field: 'email' | 'title',
  text: string,
): Promise<readonly Found[]> {
  const written = (await lists.read(versions.names)).lists
  const live = new Set(versions.names.map((name) => versions.listOf(name, written).live))
  const wanted = normalised(text)
  const found: Found[] = []
  for await (const { PK, version, state } of guards()) {
    const split = PK.indexOf('#')
    const generation = PK.slice(0, split)
    if (!live.has(generation)) continue
    const value = fieldOf(state, field)
    if (value === undefined) continue
    const has = normalised(value)
    if (field === 'email' ? has !== wanted : !has.includes(wanted)) continue
    found.push({ stream: parseStreamName(PK.slice(split + 1)).stream, generation, version, value })
  }
  return found.toSorted((one, other) => (one.stream < other.stream ? -1 : 1))
}

function normalised(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function fieldOf(state: string, field: string): string | undefined {
  const parsed: unknown = JSON.parse(state)
  if (typeof parsed !== 'object' || parsed === null || !(field in parsed)) return undefined
  const value: unknown = Object.entries(parsed).find(([name]) => name === field)?.[1]
  return typeof value === 'string' ? value : undefined
}
