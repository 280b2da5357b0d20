import * as z from 'zod/mini'

/** A JSON Schema in the dialect of OpenAPI 3.1. */
export type JsonSchema = Readonly<Record<string, unknown>>

export interface Reference {
  readonly $ref: string
}

/**
 * The named schemas of a document. Every body, answer, item and problem has a name, so that generated clients have
 * types.
 */
export interface NamedSchemas {
  /** Adds the schema of a body. A schema that is already there keeps its first name. */
  addBody(name: string, schema: z.ZodMiniType): Reference
  /** Adds the schema of an answer, which can get further fields later. */
  addAnswer(name: string, schema: z.ZodMiniType | JsonSchema): Reference
  readonly all: () => Readonly<Record<string, JsonSchema>>
}

export function createNamedSchemas(): NamedSchemas {
  const byName = new Map<string, JsonSchema>()
  const names = new Map<object, string>()
  const add = (name: string, source: object, makeSchema: () => JsonSchema): Reference => {
    const known = names.get(source)
    if (known !== undefined) return referTo(known)
    if (byName.has(name)) throw new Error(`Two schemas of the document have the name ${name}.`)
    byName.set(name, makeSchema())
    names.set(source, name)
    return referTo(name)
  }
  return {
    addBody: (name, schema) => add(name, schema, () => schemaOf(schema)),
    addAnswer: (name, schema) =>
      add(name, schema, () => (schema instanceof z.ZodMiniType ? openSchemaOf(schema) : schema)),
    all: () => Object.fromEntries(byName),
  }
}

function referTo(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` }
}

/** The JSON Schema of a value that a client sends. */
export function schemaOf(schema: z.ZodMiniType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}

/** The JSON Schema of an answer. Clients ignore fields that the schema does not name. */
function openSchemaOf(schema: z.ZodMiniType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return rest
}

/** An answer with these fields. Every field is required unless it is named as optional. */
export function objectOf(
  properties: Readonly<Record<string, JsonSchema | Reference>>,
  ...optional: readonly string[]
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required }
}
