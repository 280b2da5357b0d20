import { sharedProjectsHold } from '../domain/project/project.ts'
import type { AccountHold } from './user/account-hold.ts'

/** The list of what keeps an account from being deleted. */
export const accountHolds: readonly AccountHold[] = [sharedProjectsHold]
