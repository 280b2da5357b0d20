import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { accountDeleted, Problem } from '../../domain/kernel/problem.ts'

/** A person at the door of an API, with the request that brought them. */
export interface RequestContext {
  readonly userId: string
  readonly correlationId: string
  readonly deadline: Deadline
  /** The command that the request is, where it is one. */
  readonly commandId?: string
}

/** What an API knows of a person. */
export type AccountStatus =
  | { readonly status: 'unknown' | 'registered' }
  /** `by` is the command that deleted the account, where it is known. */
  | { readonly status: 'deleted'; readonly by?: string | undefined }

/**
 * How someone who signed up is registered, where Cognito's trigger has not done it. Returns once they are,
 * now or before; throws the problem that stands against it.
 */
export type Register = (request: RequestContext) => Promise<void>

export interface AccessPorts {
  readonly accountStatusOf: (
    request: RequestContext,
  ) => Promise<{ readonly accountStatus: AccountStatus; readonly cost: Cost }>
  readonly register: Register
  readonly clock: Pick<Clock, 'elapsed'>
}

export interface Access {
  /**
   * Does what a person asks for once they are registered, on their first use if need be, and not deleted. Who
   * is registered is not looked up again for 5 s: a deletion in another environment is seen after that, or
   * once the person runs into it. Throws `account-deleted`, but not at a repetition of the command that
   * deleted the account, and what stands against the registration. `use` is told what all that consumed.
   */
  admit<Answer>(request: RequestContext, use: (cost: Cost) => Promise<Answer>): Promise<Answer>
  /** Takes note of what this environment has seen itself; `unknown` makes it look again. */
  remember(userId: string, accountStatus: AccountStatus): void
}

const registeredForMs = 5_000
const maxRemembered = 10_000

/** Decides who may use an API. */
export function createAccess({ accountStatusOf, register, clock }: AccessPorts): Access {
  const remembered = new Map<string, { accountStatus: AccountStatus; until: number }>()

  const remember = (userId: string, accountStatus: AccountStatus): void => {
    remembered.delete(userId)
    if (accountStatus.status === 'unknown') return
    const until =
      accountStatus.status === 'deleted' ? Number.POSITIVE_INFINITY : clock.elapsed() + registeredForMs
    remembered.set(userId, { accountStatus, until })
    const [oldest] = remembered.keys()
    if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest)
  }

  return {
    remember,
    async admit(request, use) {
      const { userId, commandId } = request
      let cost = noCost
      const lookUp = async (): Promise<AccountStatus> => {
        const found = await accountStatusOf(request)
        cost = addCost(cost, found.cost)
        remember(userId, found.accountStatus)
        return found.accountStatus
      }

      const known = remembered.get(userId)
      let accountStatus =
        known !== undefined && known.until > clock.elapsed() ? known.accountStatus : await lookUp()
      if (accountStatus.status === 'unknown') {
        await register(request)
        accountStatus = await lookUp()
      }
      if (accountStatus.status === 'unknown') {
        throw new Problem('unavailable', 'You are being registered. Try again.', { retryAfterSeconds: 1 })
      }
      if (accountStatus.status === 'deleted' && (commandId === undefined || accountStatus.by !== commandId))
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
