import { openObjects } from '../../../infra/local/services/s3/objects.ts'

/**
 * Puts one object repeatedly, with different content each time, until the process is killed. It reports each
 * put that succeeded.
 */
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
