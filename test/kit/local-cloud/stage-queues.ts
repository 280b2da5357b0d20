import { openQueues } from '../../../infra/local/services/sqs/service.ts'
import { dataDir, log, serve } from './local-service.ts'

const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`

/** Queues of the local cloud with the names that CloudFormation gives those of the stages `dev` and `dev-data`. */
export async function serveStageQueues() {
  const queues = openQueues({ dataDir, log })
  const create = (name: string, properties = {}) =>
    queues.createQueue({ name, arn: arnOf(name), baseUrl: 'http://127.0.0.1:4566', properties })
  const failures = create('annals-dev-data-MailFailures1A2B3C4D-xYz')
  const RedrivePolicy = { deadLetterTargetArn: failures.arn, maxReceiveCount: 60 }
  create('annals-dev-data-MailQueue1A2B3C4D-xYz', { RedrivePolicy })
  create('annals-dev-data-data-MailFailures1A2B3C4D-xYz')
  return { failures, config: await serve(queues.service) }
}
