import { describe, expect, it } from 'vitest'
import { sample } from './sample.ts'
import { snippetFindings, withSnippets } from './snippets.ts'

const code = `import { a } from './a.ts'

// #region both
export function both() {
  // #region inner
  const one = 1

  return one
  // #endregion inner
}
// #endregion both
`

const page = (source: string, body: string) =>
  `# A\n\n<!-- snippet: ${source} -->\n\n\`\`\`ts\n${body}\`\`\`\n\nMore.\n`
const repositoryWith = (text: string) => sample({ 'code.ts': code, 'docs/a.md': text })
const written = (text: string) => withSnippets('docs/a.md', text, repositoryWith(text))
const findings = (text: string) => snippetFindings(repositoryWith(text)).map(({ advice }) => advice)

const both = 'export function both() {\n  const one = 1\n\n  return one\n}\n'
const inner = 'const one = 1\n\nreturn one\n'

describe('a marked block', () => {
  it('is a region of a file, without the marks inside it', () => {
    expect(written(page('code.ts#both', 'old\n'))).toBe(page('code.ts#both', both))
  })

  it('loses the indentation that all of its lines share', () => {
    expect(written(page('code.ts#inner', ''))).toBe(page('code.ts#inner', inner))
  })

  it('is a whole file if the marker names no region', () => {
    expect(written(page('code.ts', ''))).toBe(page('code.ts', `import { a } from './a.ts'\n\n${both}`))
  })

  it('is indented as its marker is, in a list', () => {
    const item = (body: string) =>
      `1. A step:\n\n   <!-- snippet: code.ts#inner -->\n\n   \`\`\`ts\n${body}   \`\`\`\n`
    expect(written(item('   old\n'))).toBe(item('   const one = 1\n\n   return one\n'))
  })

  it('is found if it differs from its code, and only then', () => {
    expect(findings(page('code.ts#both', both))).toEqual([])
    expect(findings(page('code.ts#both', both.replace('1', '2')))).toEqual([
      'differs from its code: npm run snippets',
    ])
  })

  it.each([
    ['code.ts#gone', 'the file has no such region'],
    ['gone.ts', 'there is no such file'],
  ])('is found if its code is gone: %s', (source, advice) => {
    expect(findings(page(source, both))).toEqual([expect.stringContaining(advice)])
    expect(() => written(page(source, both))).toThrow(advice)
  })

  it('is found if the block is missing or indented otherwise', () => {
    const advice = 'has no block of ts after it'
    expect(findings('<!-- snippet: code.ts#both -->\n\nText.\n')).toEqual([expect.stringContaining(advice)])
    const indented = '<!-- snippet: code.ts#both -->\n\n  ```ts\n  a\n  ```\n'
    expect(findings(indented)).toEqual([expect.stringContaining(advice)])
  })

  it('is found if its region is there twice', () => {
    const files = { 'code.ts': code + code, 'a.md': page('code.ts#both', both) }
    expect(snippetFindings(sample(files))).toMatchObject([{ file: 'a.md', line: 3, rule: 'snippet' }])
  })
})

describe('a block without a marker', () => {
  const block = (body: string) => `# A\n\n\`\`\`ts\n${body}\n\`\`\`\n`

  it.each([
    'const a: number = 1',
    'PriceListCreated: { schema: 2 },\nPriceListRenamed: { schema: 1 },',
    'async list(rows: Rows) { return rows }',
    "if (await isDone()) return 'done'",
  ])('parses as a module, as fields, as methods or as statements: %s', (body) => {
    expect(findings(block(body))).toEqual([])
  })

  it('is found if it does not parse', () => {
    expect(findings(block('const a = = 1'))).toEqual([
      'does not parse as TypeScript: correct the block, or mark it as text',
    ])
  })

  it('may be of another language', () => {
    expect(findings('```sh\nconst a = = 1\n```\n')).toEqual([])
  })
})
