import { sharedProjectsHold } from '../domain/project/project.ts'
import type { AccountHold } from './user/account-hold.ts'

/** The list of conditions that prevent the deletion of an account. */
export const accountHolds: readonly AccountHold[] = [sharedProjectsHold]
