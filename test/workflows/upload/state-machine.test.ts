import { expect, it } from 'vitest'
import { uploadPipeline } from '../../../workflows/upload/state-machine.ts'
import { faultsOf } from '../../kit/upload/asl-validity.ts'

const definition = uploadPipeline({ steps: 'arn:aws:lambda:steps', pictures: 'arn:aws:lambda:pictures' })

it('the upload pipeline is valid in the Amazon States Language', () => {
  expect(faultsOf(definition)).toBe('')
  const { Done: _, ...States } = definition.States
  expect(faultsOf({ ...definition, States })).toMatch(/MISSING_TRANSITION_TARGET/)
})
