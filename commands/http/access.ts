import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { accountDeleted } from '../../domain/user/user.ts'

/** A person at the door of an API, with the request that brought them. */
export interface Visit {
  readonly userId: string
  readonly correlationId: string
  readonly deadline: Deadline
  /** The command that the request is, where it is one. */
  readonly commandId?: string
}

/** What an API knows of a person. */
export type Standing =
  | { readonly status: 'unknown' | 'registered' }
  /** `by` is the command that deleted the account, where it is known. */
  | { readonly status: 'deleted'; readonly by?: string | undefined }

/**
 * How someone who signed up is registered, where Cognito's trigger has not done it. Returns once they are,
 * now or before; throws the problem that stands against it.
 */
export type Register = (visit: Visit) => Promise<void>

export interface AdmissionPorts {
  readonly standingOf: (visit: Visit) => Promise<{ readonly standing: Standing; readonly cost: Cost }>
  readonly register: Register
  readonly clock: Pick<Clock, 'elapsed'>
}

export interface Admission {
  /**
   * Does what a person asks for once they are registered, on their first use if need be, and not deleted. Who
   * is registered is not looked up again for 5 s: a deletion in another environment is seen after that, or
   * once the person runs into it. Throws `account-deleted`, but not at a repetition of the command that
   * deleted the account, and what stands against the registration. `use` is told what all that consumed.
   */
  admit<Answer>(visit: Visit, use: (cost: Cost) => Promise<Answer>): Promise<Answer>
  /** Takes note of what this environment has seen itself; `unknown` makes it look again. */
  remember(userId: string, standing: Standing): void
}

const registeredForMs = 5_000
const maxRemembered = 10_000

/** Decides who may use an API. */
export function createAdmission({ standingOf, register, clock }: AdmissionPorts): Admission {
  const remembered = new Map<string, { standing: Standing; until: number }>()

  const remember = (userId: string, standing: Standing): void => {
    remembered.delete(userId)
    if (standing.status === 'unknown') return
    const until = standing.status === 'deleted' ? Number.POSITIVE_INFINITY : clock.elapsed() + registeredForMs
    remembered.set(userId, { standing, until })
    const [oldest] = remembered.keys()
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  return {
    remember,
    async admit(visit, use) {
      const { userId, commandId } = visit
      let cost = noCost
      const lookUp = async (): Promise<Standing> => {
        const found = await standingOf(visit)
        cost = addCost(cost, found.cost)
        remember(userId, found.standing)
        return found.standing
      }

      const known = remembered.get(userId)
      let standing = known !== undefined && known.until > clock.elapsed() ? known.standing : await lookUp()
      if (standing.status === 'unknown') {
        await register(visit)
        standing = await lookUp()
      }
      if (standing.status === 'unknown') {
        throw new Problem('unavailable', 'You are being registered. Try again.', { retryAfterSeconds: 1 })
      }
      if (standing.status === 'deleted' && (commandId === undefined || standing.by !== commandId))
        throw accountDeleted()
      try {
        return await use(cost)
      } catch (error) {
        if (error instanceof Problem && error.code === 'account-deleted') remembered.delete(userId)
        throw error
      }
    },
  }
}
