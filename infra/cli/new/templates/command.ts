import type { Spelling } from '../names.ts'

export interface CommandTest {
  readonly feature: Spelling
  readonly command: string
  /** The event of a creation by `ann`. */
  readonly created: { readonly type: string; readonly data: object }
  readonly emits: string | undefined
}

export const commandTestOf = ({ feature, command, created, emits }: CommandTest) => {
  const { kebab, camel, pascal, words } = feature
  const outcome =
    emits === undefined
      ? `  it('changes nothing so far', () => {
    given(created).when(command).thenNothing()
  })`
      : `  it('emits ${emits}', () => {
    given(created).when(command).then(emitted)
  })

  it('emits nothing when it is repeated', () => {
    given(created, emitted).when(command).thenNothing()
  })`
  const emitted =
    emits === undefined ? '' : `const emitted: ${pascal}Event = { type: '${emits}', data: {} }\n`
  return `import { describe, it } from 'vitest'
import type { ${pascal}Event } from '../../../domain/${kebab}/events.ts'
import { ${camel} } from '../../../domain/${kebab}/${kebab}.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(${camel})
const created: ${pascal}Event = ${JSON.stringify(created)}
${emitted}const command = { type: '${command}', actorId: 'ann' } as const
const byStranger = { type: '${command}', actorId: 'bob' } as const

describe('${command}', () => {
${outcome}

  it('finds no ${words} before its creation', () => {
    given().when(command).thenRefused('not-found')
  })

  it('finds no ${words} for a stranger', () => {
    given(created).when(byStranger).thenRefused('not-found')
  })
})
`
}
