/**
 * Returns a variable that the template sets. Throws an Error if it is missing, so that the function fails when it
 * starts and not at a request.
 */
export function environment(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set.`)
  return value
}
