import type { ServiceProvider } from '../cloud/provider.ts'
import { iam } from '../iam/provider.ts'
import { type Gateway, startGateway } from './gateway.ts'

/** Opens the gateway like a service, after the roles that it checks every call against. */
export const gateway: ServiceProvider<Gateway> = {
  service: 'The gateway',
  resources: {},
  operations: {},
  async open(context) {
    const { awsPort: port, log } = context.options
    const { services, page } = context.served
    const { origins } = context
    const opened = await startGateway({
      port,
      services,
      page,
      refusal: context.use(iam).refusal,
      origins,
      log,
    })
    context.closeAfter(opened.close)
    return opened
  },
}
