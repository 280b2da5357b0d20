import type { CommandBody, CommandName } from './contract.ts'
import type { CommandContext, Target } from './http/command-handler-types.ts'
import { projectCommands } from './project/handlers.ts'
import { subscriptionCommands } from './subscription/handlers.ts'
import { uploadCommands } from './upload/handlers.ts'
import { userCommands } from './user/handlers.ts'
export type CommandHandlers = {
  readonly [Name in CommandName]: (
    body: CommandBody<Name>,
    context: CommandContext,
  ) => Target | Promise<Target>
}

export const commandHandlers: CommandHandlers = {
  ...userCommands,
  ...projectCommands,
  ...uploadCommands,
  ...subscriptionCommands,
}
