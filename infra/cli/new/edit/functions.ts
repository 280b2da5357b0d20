import { nameOf, nodesIn } from '../syntax.ts'
import { atEndOf } from './lists.ts'
import {
  constantNamed,
  type Edit,
  functionNamed,
  type Insertion,
  propertyOf,
  unexpected,
  unwrapped,
} from './source.ts'

/** Adds a statement to a function before its first `if` whose condition contains a text. */
export function addStatementBeforeIf(name: string, condition: string, text: string): Edit {
  return (source) => {
    const found = functionNamed(source, name)
    const branch = nodesIn(nodesIn(found?.['body'])[0]?.['body']).find((statement) => {
      const [test] = statement.type === 'IfStatement' ? nodesIn(statement['test']) : []
      return test !== undefined && source.text.slice(test.start, test.end).includes(condition)
    })
    if (branch === undefined) throw unexpected(source, `if (${condition}) in ${name}`)
    return [{ at: branch.start, text: `${text}\n` }]
  }
}

/** Adds an element to the array that a function returns at its end. `elementOf` gets the names of the parameters. */
export function addReturned(
  name: string,
  parameters: readonly string[],
  elementOf: (names: readonly string[]) => string,
): Edit {
  return (source) => {
    const found = functionNamed(source, name)
    const last = nodesIn(nodesIn(found?.['body'])[0]?.['body']).at(-1)
    const [value] = last?.type === 'ReturnStatement' ? nodesIn(last['argument']) : []
    const given = nodesIn(found?.['params'])
    const end = given.at(-1)?.end
    if (value === undefined || end === undefined) throw unexpected(source, `return at the end of ${name}`)
    const missing = parameters.slice(given.length)
    const declared: Insertion[] = missing.map((parameter) => ({ at: end, text: `, ${parameter}` }))
    const names = [...given.map((one) => nameOf(one) ?? ''), ...missing.map((one) => one.replace(/:.*$/, ''))]
    const element = elementOf(names)
    const added =
      value.type === 'ArrayExpression'
        ? atEndOf(value, nodesIn(value['elements']), element, source)
        : [
            { at: value.start, text: '[...(' },
            { at: value.end, text: `), ${element}]` },
          ]
    return [...declared, ...added]
  }
}

/**
 * Adds `|| …` to the arrow function in a property of a constant, such as `booking.knownTo`. `alternativeOf` gets the names
 * of its two parameters.
 */
export function addAlternative(
  path: string,
  alternativeOf: (names: readonly [string, string]) => string,
): Edit {
  return (source) => {
    const [constant = '', key = ''] = path.split('.')
    const arrow = propertyOf(unwrapped(constantNamed(source, constant)), key)
    const [first, second] = nodesIn(arrow?.['params']).map(nameOf)
    const [body] = arrow?.['expression'] === true ? nodesIn(arrow['body']) : []
    if (body === undefined || first === undefined || second === undefined)
      throw unexpected(source, `${path} of the form (state, actorId) => …`)
    return [
      { at: body.start, text: '(' },
      { at: body.end, text: `) || ${alternativeOf([first, second])}` },
    ]
  }
}
