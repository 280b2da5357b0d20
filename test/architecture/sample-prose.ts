import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '../kit/seeded.ts'
import { messagesOf, type Passage, paragraphsOf } from './passages.ts'
import { openRepository } from './repository.ts'

const usage = `npm run prose [-- OPTION…]

  --seed N      draws the same passages again; every run prints its seed
  --under PATH  draws only from files whose paths begin with PATH
  --count N     number of paragraphs, and of messages (30)
  --help        this text

Draws paragraphs of comments and Markdown, and messages of the code, so that a reader can judge their English.`

/** `npm run prose`: prints passages of the repository, drawn at random, for a reader to judge. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    under: { type: 'string', default: '' },
    count: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
})
const count = Number(values.count)

if (values.help) console.log(usage)
else if (!Number.isInteger(count) || count < 1)
  fail(`--count is "${values.count}": give a whole number from 1`)
else {
  const repository = openRepository(join(import.meta.dirname, '../..'))
  const files = repository.files.filter((file) => file.startsWith(values.under))
  const paragraphs = paragraphsOf(repository, files)
  const messages = messagesOf(repository, files)
  if (paragraphs.length + messages.length === 0) fail(`No prose is under "${values.under}".`)
  console.log(`Draw the same passages again with --seed ${values.seed}\n`)
  console.log(describe('paragraphs', paragraphs))
  console.log(describe('messages', messages))
}

function describe(name: string, passages: readonly Passage[]): string {
  const drawn = draw(passages, `${values.seed} ${name}`)
  const texts = drawn.map(({ file, line, text }) => `${file}:${line}\n${wrapped(text)}\n`)
  return [`${drawn.length} of ${passages.length} ${name}\n`, ...texts].join('\n')
}

/** Draws passages without drawing one twice. */
function draw(passages: readonly Passage[], seed: string): Passage[] {
  const chance = seeded(seed)
  const order = passages.map((passage) => ({ passage, place: chance.next() }))
  const drawn = order.sort((a, b) => a.place - b.place).slice(0, count)
  return drawn.map(({ passage }) => passage)
}

function wrapped(text: string): string {
  return text.replace(/(.{1,96})(?:\s+|$)/g, '    $1\n').trimEnd()
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
