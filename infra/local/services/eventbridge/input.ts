import { fieldsOf, type Properties } from '../../cloud/template.ts'

/** An event in the form that rules match (EventBridge user guide, "Events"). */
export type BusEvent = Readonly<Record<string, unknown>>

/** Turns an event into the input of a target. `ingestedAt` is when the bus accepted the event. */
export type TargetInput = (event: BusEvent, ingestedAt: string) => unknown

/** A whole string, or a placeholder outside a string. */
const tokens = /"(?:[^"\\]|\\.)*"|<([\w.-]+)>/g
const placeholder = /<([\w.-]+)>/g

/**
 * Compiles the input of a target: the whole event, the part at its `InputPath`, or the result of its
 * `InputTransformer` (EventBridge user guide, "Input transformation"). A variable whose path leads nowhere is an
 * empty text. As on AWS, values inside a string are not escaped, so the result may not be JSON.
 *
 * @throws Error if AWS would refuse the target. The returned function throws SyntaxError if its result is not JSON.
 */
export function compileInput(
  { Id, InputPath, InputTransformer }: Properties,
  rule: { readonly arn: string; readonly name: string },
): TargetInput {
  if (InputPath !== undefined && InputTransformer !== undefined) {
    throw new Error(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`)
  }
  if (InputPath !== undefined) return compilePath(InputPath, null)
  if (InputTransformer === undefined) return (event) => event
  const { InputPathsMap: paths, InputTemplate: template } = fieldsOf(InputTransformer)
  const variables = new Map<string, TargetInput>([
    ...Object.entries(fieldsOf(paths)).map(([name, path]) => [name, compilePath(path, '')] as const),
    ['aws.events.rule-arn', () => rule.arn],
    ['aws.events.rule-name', () => rule.name],
    ['aws.events.event.ingestion-time', (_, ingestedAt) => ingestedAt],
    ['aws.events.event.json', (event) => event],
    // AWS leaves out the detail here, and writes detailType.
    ['aws.events.event', ({ detail, 'detail-type': detailType, ...event }) => ({ ...event, detailType })],
  ])
  const unknown = [...String(template).matchAll(placeholder)].find(([, name = '']) => !variables.has(name))
  if (unknown) throw new Error(`InputTemplate for target ${Id} contains invalid placeholder ${unknown[1]}.`)
  try {
    fill(String(template), () => '')
  } catch {
    throw new Error(`InputTemplate for target ${Id} is not JSON: a text needs quotes`)
  }
  return (event, ingestedAt) => fill(String(template), (name) => variables.get(name)?.(event, ingestedAt))
}

function fill(template: string, read: (name: string) => unknown): unknown {
  const bare = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const filled = template.replace(tokens, (token, name?: string) =>
    name === undefined
      ? token.replace(placeholder, (_, inside: string) => bare(read(inside)))
      : JSON.stringify(read(name)),
  )
  return JSON.parse(filled)
}

/** Compiles a path such as `$.detail.names[0]`. Only dots and indices are modelled. */
function compilePath(path: unknown, missing: unknown): TargetInput {
  const steps = String(path).match(/[\w/-]+/g) ?? []
  if (!/^\$(\.[\w/-]+|\[\d+\])*$/.test(String(path))) {
    throw new Error(`The path ${path} is not modelled by the local cloud`)
  }
  return (event) => {
    const found = steps.reduce<unknown>((value, step) => fieldsOf(value)[step], event)
    return found === undefined ? missing : found
  }
}
