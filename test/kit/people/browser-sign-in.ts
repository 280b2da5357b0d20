import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
  type ICognitoStorage,
} from 'amazon-cognito-identity-js'
import type { ClientConfig } from './person.ts'

/** A person at a browser whose password never leaves it. The client is the one for web pages, with SRP. */
export interface BrowserSignIn {
  signUp(password: string): Promise<void>
  confirm(code: string): Promise<void>
  signIn(password: string): Promise<CognitoUserSession>
  refresh(session: CognitoUserSession): Promise<CognitoUserSession>
}

/** Nothing is stored between pages. */
const forgetful: ICognitoStorage = {
  setItem: () => {},
  getItem: () => null,
  removeItem: () => {},
  clear: () => {},
}

export function browserSignIn(config: ClientConfig, email: string): BrowserSignIn {
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    endpoint: config.awsEndpoint,
    Storage: forgetful,
  })
  const user = new CognitoUser({ Username: email, Pool: pool, Storage: forgetful })
  return {
    signUp: (password) =>
      promised((done) => pool.signUp(email, password, [], [], (error) => done(error, undefined))),
    confirm: (code) =>
      promised((done) => user.confirmRegistration(code, false, (error) => done(error, undefined))),
    signIn: (password) =>
      new Promise((onSuccess, onFailure) => {
        const details = new AuthenticationDetails({ Username: email, Password: password })
        user.authenticateUser(details, { onSuccess, onFailure })
      }),
    refresh: (session) =>
      promised((done) => user.refreshSession(session.getRefreshToken(), (error, next) => done(error, next))),
  }
}

function promised<T>(call: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))))
}
