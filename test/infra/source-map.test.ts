import { SourceMap as NodeSourceMap } from 'node:module'
import { transform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { type SourceMap, withoutSources } from '../../infra/source-map.ts'

// The first line maps columns 0 and 4 to own.ts, 8 and 12 to theirs.js, 16 to other.ts; the third, 2 to theirs.js.
const map: SourceMap = {
  version: 3,
  sources: ['own.ts', 'theirs.js', 'other.ts'],
  names: ['theirName', 'ownName'],
  mappings: 'AAAA,IAAIC,ICAAD,IACA,ICDAC;;EDGA',
}

/** What Node reads from the map: source, line, column and perhaps a name. */
function placeOf(of: SourceMap, line: number, column: number): unknown[] | undefined {
  const payload = {
    ...{ ...of, sources: [...of.sources], names: [...of.names] },
    ...{ file: 'index.mjs', sourcesContent: [], sourceRoot: '' },
  }
  const place: Readonly<Record<string, unknown>> = {
    ...new NodeSourceMap(payload).findEntry(line, column),
  }
  const { originalSource, originalLine, originalColumn, name } = place
  return originalSource === undefined ? undefined : [originalSource, originalLine, originalColumn, name]
}

describe('a source map', () => {
  const left = withoutSources(map, (source) => source === 'theirs.js')

  it.each([
    ['own code', 0, 0],
    ['own code with a name', 0, 4],
    ['own code after what was left out', 0, 16],
    ['the end of a line, which goes on', 0, 40],
  ])('without some sources maps %s as before', (_, line, column) => {
    expect(placeOf(map, line, column)).toBeDefined()
    expect(placeOf(left, line, column)).toEqual(placeOf(map, line, column))
  })

  it.each([
    ['the first of it', 0, 8],
    ['the rest of it', 0, 12],
    ['what is on another line', 2, 2],
  ])('without some sources maps %s to nothing', (_, line, column) => {
    expect(placeOf(map, line, column)).toContain('theirs.js')
    expect(placeOf(left, line, column)).toBeUndefined()
  })

  it('names neither the sources nor the names that are left out', () => {
    expect(left).toMatchObject({ sources: ['own.ts', 'other.ts'], names: ['ownName'] })
  })

  it('without any source less is the same map', async () => {
    const source = Array.from(
      { length: 40 },
      (_, i) => `export const f${i} = (value: number) => value * ${i}`,
    )
    const { map: made } = await transform(source.join('\n'), {
      loader: 'ts',
      minify: true,
      sourcemap: true,
      sourcesContent: false,
    })
    const parsed: SourceMap = JSON.parse(made)
    expect(withoutSources(parsed, () => false)).toEqual(parsed)
  })
})
