import { expect, it } from 'vitest'
import { kinds } from '../../../../../infra/cli/new/kinds.ts'

it('a query is refused for a field that the item does not have', () => {
  expect(() => kinds['query']?.plan('.', ['project', 'brief'], { fields: 'title,colour' })).toThrow(
    'the item of project has no field "colour"',
  )
})
