import { account } from '../../cloud/resource-names.ts'
import { fieldsOf, type Properties } from '../../cloud/template.ts'
import { AwsError, type AwsRequest, type AwsResponse, type AwsService } from '../../gateway/aws-service.ts'
import { decoded, queryOf } from '../../gateway/rest-query.ts'
import { schedulerOperations } from './operations.ts'

/** A schedule of the template, its properties resolved. */
export interface DeclaredSchedule {
  readonly name: string
  readonly arn: string
  readonly properties: Properties
}

const oneSchedule = /^\/schedules\/([^/]+)$/
const group = 'default'

/** EventBridge Scheduler, as far as it shows the schedules of the template. They change with the template only. */
export function showSchedules(schedules: readonly DeclaredSchedule[], region: string): AwsService {
  const groupArn = `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`

  function named(request: AwsRequest): DeclaredSchedule {
    const name = decoded(oneSchedule.exec(request.path ?? '')?.[1] ?? '')
    const inGroup = queryOf(request).get('groupName') ?? group
    const found = inGroup === group && schedules.find((schedule) => schedule.name === name)
    if (found) return found
    throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404)
  }

  function list(request: AwsRequest): object {
    const query = queryOf(request)
    const [inGroup, state] = [query.get('ScheduleGroup') ?? group, query.get('State')]
    const prefix = query.get('NamePrefix') ?? ''
    const summaries = schedules.map(summaryOf).filter(({ Name, State }) => {
      return Name.startsWith(prefix) && State === (state ?? State)
    })
    return { Schedules: inGroup === group ? summaries : [] }
  }

  const queries: Readonly<Record<string, (request: AwsRequest) => object>> = {
    ListSchedules: list,
    GetSchedule: (request) => description(named(request)),
    ListScheduleGroups: () => ({ ScheduleGroups: [{ Name: group, Arn: groupArn, State: 'ACTIVE' }] }),
  }
  return {
    targets: [],
    rest: {
      signedFor: 'scheduler',
      operationOf(method, path) {
        if (method !== 'GET') return undefined
        if (path === '/schedules') return 'ListSchedules'
        if (path === '/schedule-groups') return 'ListScheduleGroups'
        return oneSchedule.test(path) ? 'GetSchedule' : undefined
      },
    },
    operations: schedulerOperations,
    permissions(request) {
      const resource = request.operation === 'GetSchedule' ? named(request).arn : '*'
      return [{ action: `scheduler:${request.operation}`, resource }]
    },
    handle: async (request): Promise<AwsResponse> => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(queries[request.operation]?.(request)),
    }),
  }
}

function summaryOf({ name, arn, properties }: DeclaredSchedule) {
  const { State = 'ENABLED', Target } = properties
  return {
    Name: name,
    Arn: arn,
    GroupName: group,
    State: String(State),
    Target: { Arn: fieldsOf(Target)['Arn'] },
  }
}

function description({ name, arn, properties }: DeclaredSchedule): object {
  const { StartDate, EndDate, ...rest } = properties
  const seconds = (moment: unknown) => Date.parse(String(moment)) / 1000
  return {
    State: 'ENABLED',
    ScheduleExpressionTimezone: 'UTC',
    ...rest,
    Name: name,
    Arn: arn,
    GroupName: group,
    ...(StartDate !== undefined && { StartDate: seconds(StartDate) }),
    ...(EndDate !== undefined && { EndDate: seconds(EndDate) }),
  }
}
