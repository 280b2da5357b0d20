import { createMeasure } from '../aws/measure.ts'
import { commandPortsFromEnvironment } from '../composition/command-ports.ts'
import { commands } from '../contract.ts'
import { commandHandlers } from '../handlers.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'
import { accountStatusFrom } from '../user/account-status.ts'

const ports = commandPortsFromEnvironment()

export const handler = apiHandler(
  commandHandler({
    ...ports,
    commands,
    handlers: commandHandlers,
    accountStatusOf: accountStatusFrom(ports.store),
    measure: createMeasure(),
  }),
)
