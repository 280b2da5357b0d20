import type { FunctionDefinition } from './function-definition.ts'

/** The secret that every function signs with; each has its own key id. */
export const secretAccessKey = 'local'

/**
 * Returns exactly the variables of the template and those that Lambda adds (Lambda developer guide, "Defined runtime
 * environment variables").
 */
export function variables(
  definition: FunctionDefinition,
  o: { region: string; endpoint: string; runtimeApi: (id: string) => string; id: string },
): Record<string, string> {
  const { logicalId, name, folder, handler, memoryMb, logGroup, environment } = definition
  return {
    ...environment,
    _HANDLER: handler,
    AWS_REGION: o.region,
    AWS_DEFAULT_REGION: o.region,
    // The gateway finds the role to check by the key id.
    AWS_ACCESS_KEY_ID: logicalId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: o.endpoint,
    AWS_LAMBDA_RUNTIME_API: o.runtimeApi(o.id),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: o.id,
    LAMBDA_TASK_ROOT: folder,
    PATH: process.env['PATH'] ?? '',
    // On Lambda, the function runs on the runtime of the template, so a warning about this machine's Node is
    // irrelevant.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TZ: ':UTC',
  }
}
