import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, nameFrom } from '../../cloud/resource-names.ts'
import { iam } from '../../iam/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { stepFunctionsOperations } from './operations.ts'
import type { StepFunctions } from './service.ts'
import { startStateMachines } from './state-machines.ts'

const machineType = 'AWS::StepFunctions::StateMachine'

export const stepFunctions: ServiceProvider<Pick<StepFunctions, 'start' | 'demandStart'>> = {
  service: 'Step Functions',
  resources: {
    [machineType]: {
      modelled: 'A Standard or Express state machine in JSONata, whose tasks invoke functions.',
      names(machine) {
        const name = nameFrom(machine.properties['StateMachineName'], machine)
        const arn = `arn:aws:states:${machine.region}:${account}:stateMachine:${name}`
        return { Ref: arn, Arn: arn, Name: name }
      },
    },
  },
  operations: stepFunctionsOperations,
  async open(context) {
    const opened = await startStateMachines({
      ...context.options,
      lambda: context.use(lambda),
      permissions: context.use(iam),
      faults: context.faults,
      nameOf: context.nameOf,
      machines: context.resourcesOf(machineType),
    })
    context.closeAfter(opened.close)
    context.serve(opened.service)
    return opened
  },
}
