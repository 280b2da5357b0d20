import { accountHolds } from './account-holds.ts'
import type { contract } from './contract.ts'
import type { HandlersOf } from './http/handler-types.ts'
import { projectHandlers } from './project/handlers.ts'
import { subscriptionHandlers } from './subscription/handlers.ts'
import { uploadHandlers } from './upload/handlers.ts'
import { userHandlers } from './user/handlers.ts'

/**
 * The list of the handlers of all commands that the command API carries out. If a command of the contract has none, the
 * compiler names it here. Commands with a function of their own get their handlers in `functions/`.
 */
export const commandHandlers: HandlersOf<typeof contract> = {
  ...userHandlers(accountHolds),
  ...projectHandlers,
  ...uploadHandlers,
  ...subscriptionHandlers,
}
