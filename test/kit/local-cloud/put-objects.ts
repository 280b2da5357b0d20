import { openObjects } from '../../../infra/local/services/s3/objects.ts'

/** Puts one object over and over until it is killed, each time with other content, and tells once it is there. */
const objects = openObjects(process.argv[2] ?? '')

async function* content(round: number): AsyncGenerator<Buffer> {
  for (let chunk = 0; chunk < 20; chunk++) yield Buffer.alloc(50_000, String(round % 10))
}

for (let round = 0; ; round++) {
  await objects.put({
    key: 'key',
    content: content(round),
    headers: { round: String(round) },
    check: () => {},
  })
  process.stdout.write(`${round}\n`)
}
