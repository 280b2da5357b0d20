import type { Clock } from '../../domain/kernel/clock.ts'
import { addCost, type Cost, type Deadline, noCost } from '../../domain/kernel/cost.ts'
import { accountDeleted, Problem } from '../../domain/kernel/problem.ts'

/** A request to an API, and the person who sends it. */
export interface RequestContext {
  readonly userId: string
  readonly correlationId: string
  readonly deadline: Deadline
  /** The id of the command in the request, if any. */
  readonly commandId?: string
}

/** The status of a person's account, as far as an API knows it. */
export type AccountStatus =
  | { readonly status: 'unknown' | 'registered' }
  /** `by` is the id of the command that deleted the account, if it is known. */
  | { readonly status: 'deleted'; readonly by?: string | undefined }

/**
 * Registers a person who signed up, if Cognito's trigger has not done so. Returns after the registration. Throws the
 * problem that prevents it.
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
   * Calls `use` with the cost of this check if the person's account exists and is not deleted. The first use of an
   * account registers it. A registered person is not looked up again for 5 s. A deletion in another execution
   * environment is therefore noticed after 5 s, or when `use` throws `account-deleted`. Throws `account-deleted`,
   * unless the request repeats the command that deleted the account. Also throws the problem that prevents a
   * registration.
   */
  admit<Answer>(request: RequestContext, use: (cost: Cost) => Promise<Answer>): Promise<Answer>
  /** Keeps a status that this execution environment has learnt itself. `unknown` causes a new look-up of the person. */
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
        throw new Problem('unavailable', 'Your registration is in progress. Try again.', {
          retryAfterSeconds: 1,
        })
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
