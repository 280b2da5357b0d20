import type { ServiceProvider } from '../../cloud/provider.ts'
import { iam } from '../../iam/provider.ts'
import { stsOperations } from './operations.ts'
import { createSts } from './service.ts'

export const sts: ServiceProvider = {
  service: 'STS',
  resources: {},
  operations: stsOperations,
  open(context) {
    context.serve(createSts(context.use(iam).arnOf))
  },
}
