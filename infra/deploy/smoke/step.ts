import type { Answer } from './backend.ts'

/** The person of the smoke test at the API. */
export interface Scene {
  command(name: string, body: object): Promise<Answer>
  query(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Asks again until the answer is as expected. Throws what was wrong with the last one when its patience ends. */
  until(ask: () => Promise<Answer>, wrong: (answer: Answer) => string | undefined): Promise<void>
}

/** One thing that has to work. */
export interface SmokeStep {
  readonly name: string
  /** Where to look if it fails. */
  readonly look: string
  /** Throws an Error that says what is wrong. */
  run(scene: Scene): Promise<void>
}

/** The steps of a feature, which share what they create. */
export type FeatureSteps = () => readonly SmokeStep[]

/** Throws unless an answer is a success. */
export function demandSuccess({ status, body }: Answer): void {
  if (status === 200) return
  throw new Error(`answers ${status}: ${JSON.stringify(body).slice(0, 500)}`)
}
