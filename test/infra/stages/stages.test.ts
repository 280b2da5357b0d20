import { describe, expect, it } from 'vitest'
import dev from '../../../infra/stages/dev.ts'
import prod from '../../../infra/stages/prod.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { stackNames, stageName } from '../../../infra/stages/stage-name.ts'
import { parseSettings } from '../../../infra/stages/stage-settings.ts'

describe('the stage', () => {
  it('comes from --stage, or else from the variable STAGE, and is dev by default', () => {
    expect(stageName('prod', { STAGE: 'other' })).toBe('prod')
    expect(stageName(undefined, { STAGE: 'other' })).toBe('other')
    expect(stageName(undefined, { STAGE: '' })).toBe('dev')
    expect(stageName(undefined, {})).toBe('dev')
  })

  it.each(['Prod', '1st', 'a_b', '', 'a'.repeat(21), '../dev'])('refuses the name "%s"', (name) => {
    expect(() => stageName(name, {})).toThrow(
      `--stage is "${name}": use 1 to 20 lower-case letters, digits and hyphens, beginning with a letter`,
    )
  })

  it('names the variable when the variable is wrong', () => {
    expect(() => stageName(undefined, { STAGE: 'A' })).toThrow('STAGE is "A"')
  })

  it('names both of its stacks', () => {
    expect(stackNames('prod')).toEqual({ data: 'annals-prod-data', service: 'annals-prod-service' })
  })
})

describe('the settings of a stage', () => {
  it('come from the file of its name', async () => {
    expect(await readStage('dev', {})).toEqual({ name: 'dev', settings: dev })
    expect(await readStage('prod', {})).toEqual({ name: 'prod', settings: prod })
  })

  it.each([
    'staging',
    'read-stage',
    'stage-settings',
  ])('explain how to create a missing stage: %s', async (name) => {
    await expect(readStage(name, {})).rejects.toThrow(
      `there is no stage ${name}: use dev or prod, or create it: cp infra/stages/dev.ts infra/stages/${name}.ts`,
    )
  })

  it('take addresses and the pipeline from variables, so that no address need be committed', async () => {
    const { settings } = await readStage('dev', {
      MAIL_FROM: 'us@example.org',
      ALERT_EMAIL: 'ops@example.org',
      UPLOAD_PIPELINE: 'STANDARD',
    })
    expect(settings).toEqual({
      ...dev,
      mail: { ...dev.mail, from: 'us@example.org' },
      alertEmail: 'ops@example.org',
      pipeline: 'STANDARD',
    })
  })

  it('refuse a wrong variable, and name the setting', async () => {
    await expect(readStage('dev', { UPLOAD_PIPELINE: 'FAST' })).rejects.toThrow(
      /^MAIL_FROM.*\n {2}pipeline: /,
    )
    await expect(readStage('dev', { ALERT_EMAIL: 'nobody' })).rejects.toThrow(
      /alertEmail: is not a mail address/,
    )
  })

  it('name every wrong value by its path', () => {
    const wrong = {
      ...dev,
      parallelizationFactor: 11,
      traceRate: 2,
      mail: { from: 'nobody', perSecond: 0 },
      colour: 'red',
    }
    const message = () => parseSettings(wrong, 'infra/stages/dev.ts')
    for (const part of [
      /parallelizationFactor: /,
      /traceRate: /,
      /mail\.from: /,
      /mail\.perSecond: /,
      /colour/,
    ])
      expect(message).toThrow(part)
  })

  it('say how to write the name of a function that is not one', () => {
    const wrong = { ...dev, concurrency: { provisioned: {}, reserved: { 'command-api': 2 } } }
    expect(() => parseSettings(wrong, 'infra/stages/dev.ts')).toThrow(
      'concurrency.reserved.command-api: is not a logical id, such as CommandApi',
    )
  })

  it.each([
    ['provisioned', { provisioned: { CommandApi: 5 } }],
    ['maximum', { provisioned: { CommandApi: 1 }, maximum: { CommandApi: 5 } }],
    [
      'peaks',
      {
        provisioned: { CommandApi: 1 },
        peaks: {
          CommandApi: [{ from: 'cron(0 7 * * ? *)', to: 'cron(0 18 * * ? *)', environments: 5 }],
        },
      },
    ],
  ])('refuse to reserve fewer environments than %s keeps ready', (_, ready) => {
    const read = (count: number) =>
      parseSettings(
        { ...dev, concurrency: { ...ready, reserved: { CommandApi: count } } },
        'infra/stages/dev.ts',
      )
    expect(() => read(4)).toThrow('concurrency.reserved.CommandApi: is less than the 5 that are kept ready')
    expect(read(5).concurrency.reserved).toEqual({ CommandApi: 5 })
  })

  it.each([
    ['https://api.annals.dev', 'arn:aws:acm:eu-west-1:111122223333:certificate/1', 'domain.name: is not'],
    ['api.annals.dev', 'ARN', 'domain.certificateArn: is not'],
  ])('refuse the domain %s with the certificate %s', (name, certificateArn, message) => {
    const wrong = { ...dev, domain: { name, certificateArn } }
    expect(() => parseSettings(wrong, 'infra/stages/dev.ts')).toThrow(message)
  })

  it('refuse more environments for a function that keeps none ready, and fewer than it keeps ready', () => {
    const peak = { from: 'cron(0 7 * * ? *)', to: 'cron(0 18 * * ? *)', environments: 3 }
    const concurrency = {
      reserved: {},
      provisioned: { CommandApi: 4 },
      maximum: { QueryApi: 8, CommandApi: 3 },
      peaks: { UploadApi: [peak], CommandApi: [peak, { ...peak, environments: 9, from: 'rate(1 day)' }] },
    }
    const read = (settings: object) => parseSettings({ ...dev, concurrency: settings }, 'infra/stages/dev.ts')
    expect(() => read(concurrency)).toThrow(
      /concurrency\.peaks\.CommandApi\.1\.from: is not a time such as cron/,
    )
    const cron = { ...concurrency, peaks: { UploadApi: [peak], CommandApi: [peak] } }
    expect(() => read(cron)).toThrow(
      [
        'infra/stages/dev.ts is not valid:',
        '  concurrency.maximum.QueryApi: is not kept ready by provisioned',
        '  concurrency.maximum.CommandApi: is less than the 4 of provisioned',
        '  concurrency.peaks.UploadApi: is not kept ready by provisioned',
        '  concurrency.peaks.CommandApi: is less than the 4 of provisioned',
      ].join('\n'),
    )
    const right = {
      ...concurrency,
      maximum: { CommandApi: 4 },
      peaks: { CommandApi: [{ ...peak, environments: 4 }] },
    }
    expect(read(right).concurrency).toEqual(right)
  })

  it('release a function gradually or keep its environments ready, not both', () => {
    const concurrency = { provisioned: { CommandApi: 1, QueryApi: 0 }, reserved: {} }
    expect(() => parseSettings({ ...dev, gradual: true, concurrency }, 'infra/stages/dev.ts')).toThrow(
      'concurrency.provisioned.CommandApi: cannot be kept ready while gradual is true: choose one of them',
    )
    expect(parseSettings({ ...dev, gradual: false, concurrency }, 'infra/stages/dev.ts')).toMatchObject({
      concurrency,
    })
  })
})
