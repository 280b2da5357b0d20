import { type State, type Workflow, workflowsOf } from './definition.ts'

/**
 * Checks the transitions of a definition (Amazon States Language, "Transitions"). Every target exists, every state
 * can be reached, there is an end, and no two states have the same name.
 *
 * @throws Error of one line that names the state.
 */
export function checkTransitions(machine: string, root: Workflow): void {
  const named = new Set<string>()
  for (const { workflow } of workflowsOf(root)) {
    const { StartAt, States } = workflow
    const known = (name: string) => Object.hasOwn(States, name)
    for (const name of Object.keys(States)) {
      if (named.has(name)) throw new Error(`${machine} has two states with the name ${name}`)
      named.add(name)
    }
    const from = Object.entries(States).map(([name, state]) => ({ name, next: nextOf(state) }))
    for (const { name, next } of [{ name: 'StartAt', next: [StartAt] }, ...from]) {
      const missing = next.find((target) => !known(target))
      if (missing !== undefined)
        throw new Error(`${machine}.States.${name} leads to ${missing}, which is not a state there`)
    }
    const reached = new Set([StartAt])
    for (const name of reached) for (const target of nextOf(States[name])) reached.add(target)
    const idle = Object.keys(States).find((name) => !reached.has(name))
    if (idle !== undefined) throw new Error(`${machine}.States.${idle}: nothing leads to it`)
    if (!Object.values(States).some(ends))
      throw new Error(`${machine}: the states from ${StartAt} on have no end`)
  }
}

function nextOf(state: State | undefined): string[] {
  if (state === undefined) return []
  return [
    'Next' in state ? state.Next : undefined,
    'Default' in state ? state.Default : undefined,
    ...('Catch' in state ? state.Catch.map(({ Next }) => Next) : []),
    ...('Choices' in state ? state.Choices.map(({ Next }) => Next) : []),
  ].filter((name) => name !== undefined)
}

function ends(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true)
}
