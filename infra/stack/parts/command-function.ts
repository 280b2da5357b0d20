import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { addFunction, allow, type FunctionOptions } from './lambda-function.ts'
import { letRegister, type Registration } from './registration.ts'

export interface CommandFunctionOptions extends Pick<FunctionOptions, 'name' | 'bundles' | 'stage'> {
  readonly eventStore: TableV2
  readonly reservations: TableV2
  readonly registration: Registration
}

/** A function that carries out commands. Its grants on the reservations depend on the commands. */
export function addCommandFunction(
  scope: Construct,
  id: string,
  { name, bundles, stage, eventStore, reservations, registration }: CommandFunctionOptions,
): LambdaFunction {
  const target = addFunction(scope, id, {
    name,
    bundles,
    stage,
    memoryMb: 512,
    // A command gives up by itself after 10 s.
    timeoutSeconds: 15,
    startsTraces: true,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, RESERVATION_TABLE: reservations.tableName },
  })
  allow(target, eventStore.tableArn, ['PutItem', 'Query'])
  letRegister(target, registration)
  return target
}
