import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { readTemplate } from '../../../infra/local/index.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'

const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/1'
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'annals-domain-'))
  const { name, settings } = await readStage('dev', {})
  const stage = { name, settings: { ...settings, domain: { name: 'api.annals.dev', certificateArn } } }
  synthesise({ stage, bundles: inject('bundles'), outDir: folder })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a host name of the API', () => {
  it('is none unless the settings name one', () => {
    expect(readTemplate(inject('assembly')).ofType('AWS::ApiGatewayV2::DomainName')).toEqual([])
  })

  it('has the certificate of the settings, and leads to the stage of the API', () => {
    const template = readTemplate(folder)
    expect(
      template.ofType('AWS::ApiGatewayV2::DomainName').map(({ properties }) => properties),
    ).toMatchObject([
      { DomainName: 'api.annals.dev', DomainNameConfigurations: [{ CertificateArn: certificateArn }] },
    ])
    expect(template.ofType('AWS::ApiGatewayV2::ApiMapping')).toHaveLength(1)
    expect(Object.keys(template.outputs)).toContain('ApiDomainTarget')
  })

  it('does not keep the local cloud from its own address', async () => {
    const { cloud, close } = await runLocalCloud({ assembly: async () => folder })
    try {
      expect((await fetch(`${cloud.apiUrl}/health`)).status).toBe(200)
    } finally {
      await close()
    }
  }, 60_000)
})
