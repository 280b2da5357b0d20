import { randomInt } from 'node:crypto'
import * as z from 'zod'

/** `GenerateSecretString` of a secret, with the defaults of Secrets Manager. */
export const passwordSettings = z
  .strictObject({
    PasswordLength: z.int().min(1).max(4096).default(32),
    ExcludeCharacters: z.string().max(4096).default(''),
    ExcludeLowercase: z.boolean().default(false),
    ExcludeUppercase: z.boolean().default(false),
    ExcludeNumbers: z.boolean().default(false),
    ExcludePunctuation: z.boolean().default(false),
    IncludeSpace: z.boolean().default(false),
    RequireEachIncludedType: z.boolean().default(true),
    SecretStringTemplate: z.string().optional(),
    GenerateStringKey: z.string().optional(),
  })
  .superRefine((settings, context) => {
    const { SecretStringTemplate: template, GenerateStringKey: key } = settings
    if ((template === undefined) !== (key === undefined))
      context.addIssue('SecretStringTemplate and GenerateStringKey need each other')
    if (template !== undefined && !isObject(template))
      context.addIssue('SecretStringTemplate is not an object in JSON')
    if (alphabetsOf(settings).length === 0) context.addIssue('it excludes all characters')
  })

export type PasswordSettings = z.output<typeof passwordSettings>

/** Makes a random secret: a password, or the template's object with the password under its key. */
export function randomSecret(settings: PasswordSettings): string {
  const password = randomPassword(settings)
  const { SecretStringTemplate: template, GenerateStringKey: key } = settings
  if (template === undefined || key === undefined) return password
  return JSON.stringify({ ...JSON.parse(template), [key]: password })
}

function randomPassword(settings: PasswordSettings): string {
  const alphabets = alphabetsOf(settings)
  const all = alphabets.join('')
  const required = settings.RequireEachIncludedType ? alphabets : []
  const characters = Array.from({ length: settings.PasswordLength }, (_, index) =>
    oneOf(required[index] ?? all),
  )
  // The required characters come first, so all characters are shuffled.
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const [a = '', b = ''] = [characters[last], characters[other]]
    characters[last] = b
    characters[other] = a
  }
  return characters.join('')
}

/** The characters of each type that the settings include. */
function alphabetsOf(settings: Omit<PasswordSettings, 'SecretStringTemplate'>): string[] {
  const types = [
    !settings.ExcludeLowercase && 'abcdefghijklmnopqrstuvwxyz',
    !settings.ExcludeUppercase && 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    !settings.ExcludeNumbers && '0123456789',
    !settings.ExcludePunctuation && '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    settings.IncludeSpace && ' ',
  ]
  return types
    .map((characters) =>
      [...(characters || '')].filter((one) => !settings.ExcludeCharacters.includes(one)).join(''),
    )
    .filter((characters) => characters !== '')
}

function oneOf(characters: string): string {
  return characters.charAt(randomInt(characters.length))
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
