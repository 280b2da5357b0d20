import { commandPortsFromEnvironment } from '../aws/command-ports.ts'
import { apiHandler } from '../http/api.ts'
import { commandHandler } from '../http/handle-command.ts'

export const handler = apiHandler(commandHandler(commandPortsFromEnvironment()))
