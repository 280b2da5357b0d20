import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { readTemplate } from '../../../infra/local/index.ts'
import { memoryOf } from '../../../infra/stack/parts/function-sizes.ts'
import { measured } from '../../../infra/stack/parts/measured-functions.ts'
import { sizesPage } from '../../sizes/document.ts'
import { evaluate, type Usage } from '../../sizes/evaluate.ts'
import { cheapestSize, durationMs, meetsBar, pricePerMillion } from '../../sizes/model.ts'
import { subjectsOf } from '../../sizes/subjects.ts'

const api = { kind: 'api', cpuMs: 30, waits: 5, peakMb: 80 } as const

describe('the model', () => {
  it('gives a function a share of a core, up to one, and adds its waits', () => {
    expect(durationMs({ cpuMs: 10, waits: 0 }, 1769 / 4)).toBe(40)
    expect(durationMs({ cpuMs: 10, waits: 3 }, 1769)).toBe(40)
    expect(durationMs({ cpuMs: 10, waits: 3 }, 3008)).toBe(40)
  })

  it('prices whole milliseconds and requests', () => {
    // 1 GB for 0.1 s is a tenth of $0.0000133334.
    expect(pricePerMillion({ cpuMs: 0, waits: 10 }, 1024)).toBeCloseTo(0.2 + 1.33334, 5)
    const almost = { cpuMs: 99.5 * (1024 / 1769), waits: 0 }
    expect(pricePerMillion(almost, 1024)).toBeCloseTo(0.2 + 1.33334, 5)
  })

  it('takes the cheapest size that is fast enough and has memory to spare', () => {
    expect(cheapestSize(api)).toBe(256)
    expect(cheapestSize({ ...api, kind: 'batch' })).toBe(192)
    expect(cheapestSize({ ...api, kind: 'batch', peakMb: 60 })).toBe(128)
    expect(cheapestSize({ ...api, peakMb: 400 })).toBe(768)
    expect(cheapestSize({ ...api, cpuMs: 200 })).toBe(1536)
  })

  it('counts the memory of Lambda itself', () => {
    expect(meetsBar({ ...api, kind: 'batch', peakMb: 69 }, 128)).toBe(true)
    expect(meetsBar({ ...api, kind: 'batch', peakMb: 70 }, 128)).toBe(false)
  })

  it('refuses a function that no size is enough for', () => {
    expect(() => cheapestSize({ ...api, cpuMs: 300 })).toThrow('no size up to 3008 MB meets the bar')
  })
})

describe('the figures of a function', () => {
  const usage = (over: Partial<Usage> = {}): Usage => ({
    cpuMs: 10,
    waits: 2,
    peakKb: 50_000,
    records: 1,
    cold: false,
    ...over,
  })

  it('are those of its worst warm invocations, and its memory that of all', () => {
    const usages = [
      usage({ cold: true, cpuMs: 90, peakKb: 70_000 }),
      usage(),
      usage({ cpuMs: 12.34, waits: 3 }),
    ]
    expect(evaluate(usages, 'api', 1)).toMatchObject({
      cpuMs: 12.3,
      waits: 3,
      peakMb: 69,
      coldCpuMs: 90,
      invocations: 3,
    })
  })

  it('are those of cold invocations if there are no others', () => {
    expect(evaluate([usage({ cold: true, cpuMs: 90 })], 'batch', 1)).toMatchObject({
      cpuMs: 90,
      coldCpuMs: 90,
    })
  })

  it('are extrapolated to a full batch from the larger half of the batches', () => {
    const small = usage({ records: 1, cpuMs: 9 })
    const large = usage({ records: 20, cpuMs: 40, waits: 4 })
    expect(evaluate([small, large, large], 'batch', 100)).toMatchObject({ cpuMs: 200, waits: 20 })
    expect(evaluate([small, large], 'batch', 10)).toMatchObject({ cpuMs: 40, waits: 4 })
  })
})

describe('the recorded sizes', () => {
  it.each(Object.entries(measured.functions))('of %s is the cheapest that meets its bar', (id, one) => {
    expect(meetsBar(one, one.memoryMb)).toBe(true)
    expect(one.memoryMb).toBe(cheapestSize(one))
    expect(memoryOf(id)).toBe(one.memoryMb)
  })

  it('are for the functions of the template, with the batches of their mappings', () => {
    const subjects = subjectsOf(readTemplate(inject('assembly')))
    // A function that was just added is measured at the next run of npm run sizes.
    const known = subjects.filter(({ id }) => measured.functions[id] !== undefined)
    expect(known.length).toBeGreaterThan(10)
    for (const { id, kind, batch } of known) expect(measured.functions[id]).toMatchObject({ kind, batch })
  })

  it('are those of the page', () => {
    expect(readFileSync('docs/function-sizes.md', 'utf8')).toBe(sizesPage(measured))
  })

  it('are 512 MB for a function that was not measured', () => {
    expect(memoryOf('SendPostcard')).toBe(512)
  })
})

describe('the subjects', () => {
  it('are APIs if people wait for them', () => {
    const kinds = new Map(subjectsOf(readTemplate(inject('assembly'))).map(({ id, kind }) => [id, kind]))
    expect(kinds.get('CommandApi')).toBe('api')
    expect(kinds.get('Registration')).toBe('api')
    expect(kinds.get('Projector')).toBe('batch')
  })
})
