/** The package has no types. */
declare module 'asl-validator' {
  interface Result {
    readonly isValid: boolean
    errorsText(separator?: string): string
  }
  /** Modifies the definition that it is given. */
  const validate: (definition: object) => Result
  export default validate
}
