import { type Lane, lanes, notInUnitTests } from '../lanes.ts'
import { chainTo, type Sources } from './imports.ts'
import { type Finding, matcher } from './repository.ts'

/** Finds tests that are in no lane or in two, and tests of the lane `unit` that reach a process or a server. */
export function laneFindings(sources: Sources): Finding[] {
  const matchers = Object.entries<Lane>(lanes).map(([name, { include, exclude }]) => ({
    name,
    holds: matcher([...include, ...exclude.map((glob) => `!${glob}`)]),
  }))
  const starts = matcher(notInUnitTests)
  // The local cloud's index imports all of its services. A test's imports from the kit show which of them it
  // uses.
  const withoutCloud = new Map([...sources].filter(([file]) => !file.startsWith('infra/local/')))
  return [...sources.keys()]
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      const found = matchers.filter(({ holds }) => holds(file)).map(({ name }) => name)
      const finding = (subject: string, advice: string) => ({ file, line: 1, rule: 'lane', subject, advice })
      if (found.length !== 1)
        return [
          finding(file, `is in ${found.join(' and in ') || 'no lane'}: put it in one lane of test/lanes.ts`),
        ]
      const chain = found[0] === 'unit' ? chainTo(withoutCloud, file, starts) : undefined
      if (chain === undefined) return []
      const advice = `is a unit test and reaches ${chain.slice(1).join(' -> ')}: name it after its adapter (dynamo-*.test.ts, *-adapters.test.ts)`
      return [finding(chain.at(-1) ?? '', advice)]
    })
}
