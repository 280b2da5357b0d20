import type { JsonSchema } from './schemas.ts'

/** Makes an example of a schema from the examples of its parts. `named` resolves references. */
export function exampleOf(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>): unknown {
  const { $ref, examples, enum: values, type } = schema
  if (typeof $ref === 'string')
    return exampleOf(named[$ref.slice('#/components/schemas/'.length)] ?? {}, named)
  if (Array.isArray(examples)) return examples[0]
  if (Array.isArray(values)) return values[0]
  if ('const' in schema) return schema['const']
  switch (type) {
    case 'object':
      return exampleOfObject(schema, named)
    case 'array':
      return [exampleOf(partOf(schema, 'items'), named)]
    case 'string':
      return formats[String(schema['format'])] ?? 'text'
    case 'integer':
      return Math.max(Number(schema['minimum'] ?? 0), Number(schema['exclusiveMinimum'] ?? -1) + 1)
    case 'boolean':
      return false
    default:
      throw new Error(`There is no example for ${JSON.stringify(schema)}.`)
  }
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-11-30T12:00:00.000Z',
  date: '2026-11-30',
  uri: 'https://files.example.com/picture',
}

function exampleOfObject(schema: JsonSchema, named: Readonly<Record<string, JsonSchema>>): object {
  const properties = Object.entries(partOf(schema, 'properties'))
  return Object.fromEntries(
    properties.map(([name, property]) => [name, exampleOf(property as JsonSchema, named)]), // of a JSON Schema
  )
}

function partOf(schema: JsonSchema, name: string): JsonSchema {
  return (schema[name] ?? {}) as JsonSchema // of a JSON Schema
}
