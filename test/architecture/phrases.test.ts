import { describe, expect, it } from 'vitest'
import { phraseFindings, proseHits } from './phrases.ts'
import { compareHits, lowerRecord } from './record.ts'
import { sample } from './sample.ts'
import { readSources } from './source.ts'

const hitsIn = (file: string, text: string) => {
  const repository = sample({ [file]: text })
  return phraseFindings(readSources(repository), repository, []).map(
    ({ line, subject }) => `${line} ${subject}`,
  )
}

const phrases = [
  ['anew', 'The function starts anew.'],
  ['goes on', 'The replay goes on after a failure.'],
  ['goes on', 'It cannot go\n on.'],
  ['of old', 'A state of old.'],
  ['lies in', 'The file lies in the folder.'],
  ['stands in', 'The reason stands in the guard.'],
  ['comes to be', 'How an item comes to be stored.'],
  ['for good', 'The event is stored for good.'],
  ['takes over what', 'A function takes over what you save.'],
  ['a clause as subject', 'Who holds the form may send it.'],
  ['a clause as subject', 'The stream is read. What is parked stays parked.'],
  ['a clause as subject', 'what an operator asks'],
] as const

describe('a rejected phrase', () => {
  it.each(phrases)('"%s" is found in a comment: %s', (name, text) => {
    expect(hitsIn('a.ts', `const a = 1\n/** ${text} */\nexport const b = a`)[0]).toMatch(
      new RegExp(`^[23] ${name}$`),
    )
    const lines = text.split('\n').map((line) => `// ${line}`)
    expect(lines.length > 1 ? [name] : hitsIn('a.ts', lines.join('\n')).map(withoutLine)).toEqual([name])
  })

  it.each(phrases)('"%s" is found in a string and in a template: %s', (name, text) => {
    expect(hitsIn('a.ts', `log(${JSON.stringify(text)})`).map(withoutLine)).toEqual([name])
    expect(hitsIn('a.ts', `log(\`${text} \${b}\`)`).map(withoutLine)).toEqual([name])
  })

  it.each(
    phrases,
  )('"%s" is found in Markdown, as a paragraph, an item, a cell and a heading: %s', (name, text) => {
    const line = text.replace('\n', ' ')
    expect(hitsIn('a.md', `# A\n\n${text}\n`).map(withoutLine)).toEqual([name])
    expect(hitsIn('a.md', `- First.\n- ${text}\n`).map(withoutLine)).toEqual([name])
    expect(hitsIn('a.md', `| a | b |\n| --- | --- |\n| c | ${line} |\n`)).toEqual([`3 ${name}`])
    expect(hitsIn('a.md', `## ${line}\n`)).toEqual([`1 ${name}`])
  })

  it.each(phrases)('"%s" is not found in code: %s', (_, text) => {
    expect(
      hitsIn('a.md', `# A\n\n\`\`\`sh\n${text}\n\`\`\`\n\nSee \`${text.replace('\n', ' ')}\`.\n`),
    ).toEqual([])
    expect(hitsIn('a.ts', `// See \`${text.replace('\n', ' ')}\`.`)).toEqual([])
  })

  it('is not found in names, keys and paths', () => {
    expect(
      hitsIn('a.ts', "const anew = { of: { old: 1 } }\nimport b from './what/anew.ts'\nf('what', anew)"),
    ).toEqual([])
  })

  it.each([
    'What happens if it fails?',
    'A mock that stands in for a service.',
    'for good reasons',
    'It is clear who has it.',
    'That is what an operator asks.',
  ])('is not found in good English: %s', (text) => {
    expect(hitsIn('a.ts', `/** ${text} */`)).toEqual([])
    expect(hitsIn('a.md', text)).toEqual([])
  })

  it.each([
    ['/** So many attempts. */\nexport const attempts = 3', 1],
    ['const lease = 3_000 // so long a lease lasts', 1],
    ['interface A {\n  /** So much fits. */\n  readonly bytes: number\n}', 1],
    ['/** So many callers rely on it that it stays. */\nexport function a() {}', 0],
    ['/** There are so many. */\nexport const attempts = 3', 0],
  ])('"so many" counts only at the start of the comment of a constant: %s', (code, count) => {
    expect(hitsIn('a.ts', code)).toHaveLength(count)
  })

  it('is found with the line that it is on', () => {
    expect(hitsIn('a.ts', '/**\n * One line.\n * It starts anew.\n */\nconst a = 1')).toEqual(['3 anew'])
    expect(hitsIn('a.md', '# A\n\nOne line.\nIt starts anew.\n')).toEqual(['4 anew'])
  })

  it('is reported with a replacement', () => {
    expect(proseHits({ kind: 'string', text: 'It starts anew.', beside: '' })).toEqual([
      { phrase: 'anew', offset: 10, instead: 'again' },
    ])
  })
})

describe('the record of phrases that are left', () => {
  const finding = { file: 'a.ts', line: 2, rule: 'phrase', subject: 'anew', advice: 'write again' }

  it('fails for more hits than recorded, and lists them', () => {
    expect(compareHits({}, [finding])).toEqual([
      'a.ts has 1 phrases to rewrite, and 0 are allowed:',
      '  a.ts:2  write again',
    ])
  })

  it('fails for fewer hits than recorded, and names the script that lowers it', () => {
    expect(compareHits({ 'a.ts': 2 }, [finding])[0]).toContain('npm run rewritten')
    expect(compareHits({ 'gone.ts': 2 }, [])[0]).toContain('npm run rewritten')
  })

  it('passes for the hits that are recorded', () => {
    expect(compareHits({ 'a.ts': 1 }, [finding])).toEqual([])
  })

  it('is lowered, and never raised', () => {
    expect(lowerRecord({ 'a.ts': 2, 'b.ts': 1 }, { 'a.ts': 1 })).toEqual({ 'a.ts': 1 })
    expect(() => lowerRecord({ 'a.ts': 1, 'b.ts': 5 }, { 'a.ts': 2 })).toThrow('a.ts')
    expect(() => lowerRecord({ 'a.ts': 1 }, { 'new.ts': 1 })).toThrow('new.ts')
  })

  it('follows files that moved, unless the sum grows', () => {
    expect(lowerRecord({ 'a.ts': 2 }, { 'b.ts': 2 }, { moved: true })).toEqual({ 'b.ts': 2 })
    expect(() => lowerRecord({ 'a.ts': 2 }, { 'b.ts': 3 }, { moved: true })).toThrow('3 phrases')
  })
})

function withoutLine(hit: string): string {
  return hit.replace(/^\d+ /, '')
}
