import * as z from 'zod/mini'

/** A JSON Schema, as OpenAPI 3.1 takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Reference {
  readonly $ref: string
}

/** The named schemas of a document. Every body, answer, item and problem has a name, so generated clients have types. */
export interface NamedSchemas {
  /** Adds a schema under a name. A schema that was added before keeps its first name. */
  add(name: string, schema: z.ZodMiniType | JsonSchema): Reference
  readonly all: () => Readonly<Record<string, JsonSchema>>
}

export function createNamedSchemas(): NamedSchemas {
  const byName = new Map<string, JsonSchema>()
  const names = new Map<object, string>()
  return {
    add(name, schema) {
      const known = names.get(schema)
      if (known !== undefined) return referTo(known)
      if (byName.has(name)) throw new Error(`Two schemas of the document are called ${name}.`)
      byName.set(name, schema instanceof z.ZodMiniType ? schemaOf(schema) : schema)
      names.set(schema, name)
      return referTo(name)
    },
    all: () => Object.fromEntries(byName),
  }
}

function referTo(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` }
}

/** The JSON Schema of a value as a client sends it. */
export function schemaOf(schema: z.ZodMiniType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

/** An object of these fields and no others. All are required unless they are named as optional. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema | Reference>>,
  ...optional: readonly string[]
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}
