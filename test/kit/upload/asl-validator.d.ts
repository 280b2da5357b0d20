/** It comes without types. */
declare module 'asl-validator' {
  interface Result {
    readonly isValid: boolean
    errorsText(separator?: string): string
  }
  /** Adds to the definition that it is given. */
  const validate: (definition: object) => Result
  export default validate
}
