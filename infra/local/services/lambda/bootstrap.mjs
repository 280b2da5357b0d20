// The program of a function's process: it asks the Lambda Runtime API for an event, calls the handler, and sends the
// answer back (Lambda developer guide, "Building a custom runtime"). It is plain JavaScript, so that it starts at
// once.

import { existsSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: folder = '.', _HANDLER = '' } = process.env
const agent = new Agent({ keepAlive: true })

/** @returns {Promise<{ headers: import('node:http').IncomingHttpHeaders, body: string }>} */
function call(method, path, body) {
  return new Promise((done, failed) => {
    const url = `http://${api}/2018-06-01/runtime/${path}`
    request(url, { method, agent }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => done({ headers: response.headers, body: Buffer.concat(chunks).toString() }))
      response.on('error', failed)
    })
      .on('error', failed)
      .end(body)
  })
}

function describe(error) {
  const isError = error instanceof Error
  return {
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError ? (error.stack ?? '').split('\n') : [],
  }
}

async function loadHandler() {
  const [file = '', name = ''] = _HANDLER.split(/\.(?=[^.]+$)/)
  const path = ['.mjs', '.js'].map((ending) => resolve(folder, file + ending)).find(existsSync)
  if (path === undefined) throw new Error(`There is no ${file}.mjs in ${folder}`)
  const { [name]: handler } = await import(pathToFileURL(path).href)
  if (typeof handler !== 'function') throw new Error(`${file} exports no function named ${name}`)
  return handler
}

function contextOf(headers) {
  const { env } = process
  const requestId = headers['lambda-runtime-aws-request-id']
  return {
    awsRequestId: requestId,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
  }
}

try {
  const handler = await loadHandler().catch(async (error) => {
    console.error(error)
    await call('POST', 'init/error', JSON.stringify(describe(error)))
    process.exit(1)
  })
  for (;;) {
    const { headers, body } = await call('GET', 'invocation/next')
    const path = `invocation/${headers['lambda-runtime-aws-request-id']}`
    try {
      const answer = await handler(JSON.parse(body), contextOf(headers))
      await call('POST', `${path}/response`, JSON.stringify(answer) ?? 'null')
    } catch (error) {
      console.error(error)
      await call('POST', `${path}/error`, JSON.stringify(describe(error)))
    }
  }
} catch {
  // The local cloud has ended, so this process has no more work.
  process.exit(0)
}
