import type { Stack } from 'aws-cdk-lib'
import type { Api } from '../../../infra/stack/api.ts'
import type { Publishing } from '../../../infra/stack/publishing.ts'
import type { ReadSide } from '../../../infra/stack/read-side.ts'
import type { WriteSide } from '../../../infra/stack/write-side.ts'
import type { Stage } from '../../../infra/stages/read-stage.ts'

/** The parts that every stack has. */
export interface RequiredParts {
  readonly data: Stack
  readonly service: Stack
  readonly stage: Stage
  readonly bundles: string
  readonly api: Api
  readonly writeSide: WriteSide
  readonly readSide: ReadSide
  readonly publishing: Publishing
}

/** A part that a stack can do without. */
export interface OptionalPart {
  readonly name: string
  add(required: RequiredParts): void
  /** Texts that occur only in a stack with this part. */
  readonly marks: readonly string[]
}
