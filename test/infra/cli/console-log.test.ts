import { describe, expect, it, vi } from 'vitest'
import { consoleLog, formatLine } from '../../../infra/cli/console-log.ts'

const at = new Date('2026-01-01T10:20:30.400Z')
const format = (text: string) => formatLine('CommandApi1A2B3C4D', text, at, false)

describe("a function's log line", () => {
  it('becomes time, function, message and fields', () => {
    const line = {
      level: 'INFO',
      message: 'request',
      timestamp: 'x',
      service: 'annals',
      status: 200,
      route: 'POST /x',
    }
    expect(format(JSON.stringify(line))).toBe(
      '10:20:30.400 CommandApi         request status=200 route=POST /x',
    )
  })

  it('names its level unless that is INFO', () => {
    expect(format('{"level":"WARN","message":"slow"}')).toContain('WARN slow')
  })

  it('is followed by the stack of its error', () => {
    const error = {
      name: 'Error',
      message: 'no',
      stack: 'Error: no\n    at decide (domain/thing/thing.ts:1:2)',
    }
    expect(format(JSON.stringify({ level: 'ERROR', message: 'request failed', error }))).toMatch(
      /ERROR request failed \n {4}Error: no\n {8}at decide \(domain/,
    )
  })

  it.each(['plain text', '{broken', '{"no":"message"}', '[]'])('is printed unchanged if it is %s', (text) => {
    expect(format(text)).toBe(`10:20:30.400 CommandApi         ${text}`)
  })
})

describe('the console', () => {
  it('shows the lines of functions, but not their metrics', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {})
    consoleLog('CommandApi1A2B3C4D', '{"_aws":{"Timestamp":1},"ColdStarts":1}')
    expect(log).not.toHaveBeenCalled()
    consoleLog('CommandApi1A2B3C4D', '{"level":"INFO","message":"request"}')
    expect(log).toHaveBeenCalledOnce()
    log.mockRestore()
  })
})
