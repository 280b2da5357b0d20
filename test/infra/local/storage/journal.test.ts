import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openMailbox } from '../../../../infra/local/services/ses/mailbox.ts'
import { openJournal } from '../../../../infra/local/storage/journal.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-journal-'))
  file = join(folder, 'new', 'things.jsonl')
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

const reopened = () => [...openJournal<unknown>(file).entries()]

describe('a journal', () => {
  it('is empty if there is no file, and creates the folder', () => {
    expect(openJournal(file).size).toBe(0)
  })

  it('returns the latest values, in the order in which the keys arrived, even after it is opened again', () => {
    const journal = openJournal<{ n: number }>(file)
    journal.set('a', { n: 1 })
    journal.set('b', { n: 2 })
    journal.set('a', { n: 3 })
    const entries = [
      ['a', { n: 3 }],
      ['b', { n: 2 }],
    ]
    expect([...journal.entries()]).toEqual(entries)
    expect([...journal.values()]).toEqual([{ n: 3 }, { n: 2 }])
    expect(reopened()).toEqual(entries)
  })

  it('has written a change when the call returns', () => {
    openJournal<string>(file).set('a', 'été\nsecond line')
    expect(readFileSync(file, 'utf8')).toBe('["a","été\\nsecond line"]\n')
  })

  it('forgets a deleted key, and writes nothing for a missing one', () => {
    const journal = openJournal<number>(file)
    journal.set('a', 1)
    journal.delete('a')
    const before = readFileSync(file, 'utf8')
    journal.delete('a')
    journal.delete('never')
    expect(readFileSync(file, 'utf8')).toBe(before)
    expect([journal.get('a'), journal.size]).toEqual([undefined, 0])
    expect(reopened()).toEqual([])
  })

  it.each(['["b"', '["b",{"n":2}]', '["b",{"name":"\xc3'])('drops a torn last line: %s', (torn) => {
    openJournal<unknown>(file).set('a', 1)
    appendFileSync(file, torn, 'latin1')
    const journal = openJournal<unknown>(file)
    journal.set('c', 3)
    expect(reopened()).toEqual([
      ['a', 1],
      ['c', 3],
    ])
  })

  it('refuses a file with damage before its last line, and names the line', () => {
    openJournal<number>(file).set('a', 1)
    appendFileSync(file, '["b",\n["c",3]\n')
    expect(() => openJournal(file)).toThrow(`${file}:2 is damaged`)
    expect(readFileSync(file, 'utf8')).toContain('["b",\n')
  })

  it('does not grow with history', () => {
    const journal = openJournal<number>(file)
    journal.set('kept', -1)
    let longest = 0
    for (let n = 0; n < 5_000; n += 1) {
      journal.set('changed', n)
      longest = Math.max(longest, statSync(file).size)
    }
    expect(longest).toBeLessThan(1_100 * '["changed",4999]\n'.length)
    expect(reopened()).toEqual([
      ['kept', -1],
      ['changed', 4_999],
    ])
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3)
  })

  it('leaves the file unchanged if its rewriting was interrupted', () => {
    openJournal<number>(file).set('a', 1)
    writeFileSync(`${file}.new`, '["a"')
    expect(reopened()).toEqual([['a', 1]])
  })

  it('may be read only by its owner, even after it was rewritten', () => {
    openJournal<number>(file).set('a', 1)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    openJournal<number>(file)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('does not keep in memory what it failed to write', () => {
    const journal = openJournal<unknown>(file)
    journal.set('a', 1)
    expect(() => journal.set('a', 2n)).toThrow('BigInt')
    rmSync(join(folder, 'new'), { recursive: true })
    expect(() => journal.delete('a')).toThrow('ENOENT')
    expect(journal.get('a')).toBe(1)
  })
})

describe('the mailbox', () => {
  const mail = (to: string, text: string) => ({ to, subject: 'Welcome', text })

  it('lists delivered mail, newest first, with the time, even after it is opened again', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-25T08:00:00.123Z') })
    const mailbox = openMailbox(folder)
    mailbox.deliver(mail('ann@example.com', 'first'))
    mailbox.deliver(mail('bob@example.com', 'second'))
    const at = '2026-11-25T08:00:00.123Z'
    const mails = [
      { ...mail('bob@example.com', 'second'), at },
      { ...mail('ann@example.com', 'first'), at },
    ]
    expect(mailbox.list()).toEqual(mails)
    expect(openMailbox(folder).list()).toEqual(mails)
  })

  it('lists the mails to one address, ignoring case', () => {
    const mailbox = openMailbox(folder)
    mailbox.deliver(mail('Ann@example.com', 'first'))
    mailbox.deliver(mail('joann@example.com', 'another'))
    mailbox.deliver(mail('ann@example.com', 'second'))
    expect(mailbox.list('ANN@example.com').map(({ text }) => text)).toEqual(['second', 'first'])
    expect(mailbox.list('nobody@example.com')).toEqual([])
  })

  it('continues after its entries when it is opened again', () => {
    openMailbox(folder).deliver(mail('ann@example.com', 'first'))
    openMailbox(folder).deliver(mail('ann@example.com', 'second'))
    expect(
      openMailbox(folder)
        .list()
        .map(({ text }) => text),
    ).toEqual(['second', 'first'])
  })

  it('keeps the newest 5,000', () => {
    const mailbox = openMailbox(folder)
    for (let n = 1; n <= 5_002; n += 1) mailbox.deliver(mail('ann@example.com', String(n)))
    const texts = mailbox.list().map(({ text }) => text)
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([5_000, '5002', '3'])
  })
})
