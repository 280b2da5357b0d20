import { accountHolds } from './account-holds.ts'
import type { contract } from './contract.ts'
import type { HandlersOf } from './http/handler-types.ts'
import { projectHandlers } from './project/handlers.ts'
import { subscriptionHandlers } from './subscription/handlers.ts'
import { uploadHandlers } from './upload/handlers.ts'
import { userHandlers } from './user/handlers.ts'

/**
 * The list of handlers for the commands that the command API executes. The compiler reports every command of the
 * contract without a handler. Commands with a function of their own get their handlers in `functions/`.
 */
export const commandHandlers: HandlersOf<typeof contract> = {
  ...userHandlers(accountHolds),
  ...projectHandlers,
  ...uploadHandlers,
  ...subscriptionHandlers,
}
