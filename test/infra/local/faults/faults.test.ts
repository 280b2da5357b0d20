import { describe, expect, it } from 'vitest'
import {
  createFaults,
  type Fault,
  faultNames,
  parseChances,
  parseFaults,
} from '../../../../infra/local/faults/faults.ts'

const times = (count: number) => Array.from({ length: count })
const all = [...faultNames]

describe('random faults', () => {
  const drawsOf = (seed: string, places: readonly string[]) => {
    const faults = createFaults()
    faults.shake({ chances: { fail: 0.3, delay: 0.3 }, seed })
    return places.map((place) => `${place} ${JSON.stringify(faults.draw(place, all))}`)
  }
  const at = (place: string, drawn: readonly string[]) => drawn.filter((one) => one.startsWith(`${place} `))

  it('do not happen before they are requested, nor after they are ended', () => {
    const faults = createFaults()
    expect(faults.draw('put', all)).toBeUndefined()
    faults.shake({ chances: { fail: 1 }, seed: '1' })
    faults.next('kill', { times: 5 })
    faults.calm()
    expect(faults.draw('put', all)).toBeUndefined()
  })

  it('are the same for the same seed at a place, whatever happens elsewhere', () => {
    const alone = drawsOf(
      '7',
      times(40).map(() => 'put'),
    )
    const mixed = drawsOf(
      '7',
      times(40).flatMap(() => ['put', 'get']),
    )
    expect(at('put', mixed)).toEqual(alone)
    expect(
      drawsOf(
        '8',
        times(40).map(() => 'put'),
      ),
    ).not.toEqual(alone)
  })

  it('happen at the rate of their chance, and only if they are possible', () => {
    const faults = createFaults()
    faults.shake({ chances: { fail: 0.2, delay: 0.1, kill: 0.5 }, seed: 'any' })
    const drawn = times(5000).map(() => faults.draw('put', ['fail', 'delay'])?.fault)
    const count = (fault: Fault) => drawn.filter((one) => one === fault).length
    const share = (fault: Fault) => count(fault) / drawn.length
    expect(share('fail')).toBeCloseTo(0.2, 1)
    expect(share('delay')).toBeCloseTo(0.1, 1)
    expect(share('kill')).toBe(0)
    expect(faults.fired()).toMatchObject({ fail: count('fail'), kill: 0 })
  })

  it('happen only at the requested places', () => {
    const faults = createFaults()
    faults.shake({ chances: { fail: 1 }, seed: '1', at: /^PutItem / })
    expect(faults.draw('GetItem Queries', all)).toBeUndefined()
    expect(faults.draw('PutItem Commands', all)?.fault).toBe('fail')
  })
})

describe('the next faults', () => {
  it('happen in order, as often as requested, before any random fault', () => {
    const faults = createFaults()
    faults.shake({ chances: { fail: 1 }, seed: '1' })
    faults.next('throttle', { times: 2 })
    faults.next('lose-answer')
    expect(times(4).map(() => faults.draw('put', all)?.fault)).toEqual([
      'throttle',
      'throttle',
      'lose-answer',
      'fail',
    ])
  })

  it('wait for a matching place at which they are possible', () => {
    const faults = createFaults()
    faults.next('duplicate', { at: /^stream/ })
    expect(faults.draw('put', all)).toBeUndefined()
    expect(faults.draw('stream projector', ['kill'])).toBeUndefined()
    expect(faults.draw('stream projector', all)?.fault).toBe('duplicate')
  })
})

describe('a list of faults', () => {
  const ids = ['ProjectorA28C91BB', 'ProjectorRedriveB61C2E40', 'QueryApi3CD11506']

  it('is aimed at one function, and does not affect its other faults or other functions', () => {
    const parsed = parseFaults('projector:throttle=1,query-api:kill=1')
    parsed.check(ids)
    const faults = createFaults()
    faults.shake({ ...parsed, seed: '1' })
    expect(faults.draw('PutItem ProjectorA28C91BB', all)?.fault).toBe('throttle')
    expect(faults.draw('stream Annals-ProjectorA28C91BB', ['duplicate'])).toBeUndefined()
    expect(faults.draw('run Annals-QueryApi3CD11506', all)?.fault).toBe('kill')
    for (const other of ['PutItem ProjectorRedriveB61C2E40', 'PutItem CommandApiA978DD50'])
      expect(faults.draw(other, all)).toBeUndefined()
  })

  it('applies everywhere for faults that are aimed at no function', () => {
    const faults = createFaults()
    faults.shake({ ...parseFaults('fail=1,projector:throttle=1'), seed: '1' })
    expect(faults.draw('PutItem ProjectorA28C91BB', all)?.fault).toBe('throttle')
    expect(faults.draw('PutItem CommandApiA978DD50', all)?.fault).toBe('fail')
  })

  it('is refused if it names an unknown function', () => {
    expect(() => parseFaults('projecter:kill=1').check(ids)).toThrow(
      'There is no function "projecter". The functions are Projector, ProjectorRedrive, QueryApi',
    )
    expect(() => parseFaults('projector:explode=1')).toThrow('There is no fault "explode"')
  })
})

describe('a list of chances', () => {
  it('is read', () => {
    expect(parseChances('throttle=0.05, lose-answer=1')).toEqual({ throttle: 0.05, 'lose-answer': 1 })
  })

  it.each([
    ['explode=0.1', 'There is no fault "explode". The faults are throttle, fail,'],
    ['kill', 'The chance of kill is "": give a number from 0 to 1'],
    ['kill=2', 'The chance of kill is "2"'],
    ['kill=often', 'The chance of kill is "often"'],
  ])('is refused for %s', (text, says) => {
    expect(() => parseChances(text)).toThrow(says)
  })
})
