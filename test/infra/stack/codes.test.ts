import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { addSignIn } from '../../../infra/stack/parts/sign-in.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import type { StageSettings } from '../../../infra/stages/stage-settings.ts'

/** The mail configuration of a pool with these settings of mail. */
async function mailOf(mail: Partial<StageSettings['mail']>): Promise<unknown> {
  const { name, settings } = await readStage('dev', {})
  const stack = new Stack(new App(), 'Stack')
  addSignIn(stack, {
    stage: { name, settings: { ...settings, mail: { ...settings.mail, ...mail } } },
    isProtected: true,
  })
  const [pool] = Object.values(Template.fromStack(stack).findResources('AWS::Cognito::UserPool'))
  return pool?.['Properties'].EmailConfiguration
}
const identity = (name: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:',
      { Ref: 'AWS::Partition' },
      ':ses:',
      { Ref: 'AWS::Region' },
      ':',
      { Ref: 'AWS::AccountId' },
      `:identity/${name}`,
    ],
  ],
})

describe('the codes of the user pool', () => {
  it('come from Cognito unless the settings say SES', async () => {
    expect(await mailOf({})).toBeUndefined()
    expect(await mailOf({ codes: 'COGNITO' })).toBeUndefined()
  })

  it.each([
    [undefined, 'hello@annals.dev'],
    ['annals.dev', 'annals.dev'],
  ])('come through SES by the identity that sends all mail: domain %s', async (domain, name) => {
    expect(await mailOf({ from: 'hello@annals.dev', domain, codes: 'SES' })).toEqual({
      EmailSendingAccount: 'DEVELOPER',
      From: 'hello@annals.dev',
      SourceArn: identity(name),
    })
  })
})
