import validate from 'asl-validator'

type Json = Readonly<Record<string, unknown>>

/** Data fields of a definition, for which the validator is stricter than AWS. */
const data = new Set(['Arguments', 'Output', 'Assign', 'ItemSelector', 'Items', 'Condition'])

/** A copy of a definition without its data. */
function structureOf(json: Json): Json {
  return JSON.parse(
    JSON.stringify(json, function (this: Json, key, value: unknown) {
      const isState = 'Type' in this || 'Next' in this || 'Condition' in this
      if (isState && data.has(key)) return key === 'Assign' ? {} : '{% 0 %}'
      return typeof value === 'string' && value.startsWith('{%') ? '{% 0 %}' : value
    }),
  )
}

/** The errors that a validator of the Amazon States Language finds in a definition; none if it is valid. */
export function faultsOf(definition: object): string {
  // The definition is plain JSON.
  const result = validate(structureOf(JSON.parse(JSON.stringify(definition)) as Json))
  return result.isValid ? '' : result.errorsText('; ')
}
