import { randomUUID } from 'node:crypto'
import { browserSignIn } from '../kit/people/browser-sign-in.ts'
import { type ClientConfig, mailsTo, type Person, password, personOf } from '../kit/people/person.ts'
import { expectAnswer, expectProblem, mail, readAfter, type Scene } from './answers.ts'
import { Broken, told, until } from './timeline.ts'

/** A person deletes their account, and returns as a new person. */
export async function leave({ config, tell }: Scene, bob: Person): Promise<void> {
  tell.chapter('Bob leaves.')
  await tell.step('bob deletes his account', async () => {
    const deleted = await bob.command('delete-account', {})
    expectAnswer(deleted, 200, {})
    const answer = await bob.query('/me', readAfter(deleted))
    return told(undefined, `his token: ${expectProblem(answer, 403, 'account-deleted')}`)
  })
  await tell.step('his sign-in is deleted, too', async () => {
    const { ms } = await until('the end of his sign-in', () =>
      browserSignIn(config, bob.email)
        .signIn(password)
        .then(
          () => undefined,
          (error: { code?: string }) => error.code,
        ),
    )
    return told(undefined, `${ms} ms later`)
  })
  await tell.step('a new person signs up with his address', async () => {
    const again = await signUpWith(config, bob.email)
    if (again.userId === bob.userId) throw new Broken('he has the same id as before')
    expectAnswer(await again.query('/me'), 200, { email: bob.email })
    return told(undefined, 'as a new person')
  })
}

/** Signs a person up and in, and waits for the welcome mail. */
export async function join({ config, tell }: Scene, name: string): Promise<Person> {
  const email = `${name}-${randomUUID().slice(0, 8)}@example.com`
  const person = await tell.step(`${name} signs up, confirms and signs in by SRP`, async () => {
    const signedIn = await signUpWith(config, email)
    return told(signedIn, email)
  })
  await tell.step(`${name} is registered`, async () => {
    expectAnswer(await person.query('/me'), 200, { email })
    return told(undefined, 'by the trigger of the user pool')
  })
  await mail({ config, tell }, person, `${name} is welcomed by mail`, /welcome/i)
  return person
}

async function signUpWith(config: ClientConfig, email: string): Promise<Person> {
  const browser = browserSignIn(config, email)
  await browser.signUp(password)
  const code = /\b\d{6}\b/.exec((await mailsTo(config, email))[0]?.text ?? '')?.[0]
  if (code === undefined) throw new Broken('no mail with a code')
  await browser.confirm(code)
  const session = await browser.signIn(password)
  return personOf(config, email, {
    accessToken: session.getAccessToken().getJwtToken(),
    idToken: session.getIdToken().getJwtToken(),
    refreshToken: session.getRefreshToken().getToken(),
  })
}
