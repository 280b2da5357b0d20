import * as z from 'zod'

const count = z.int().min(0)
const positive = z.int().min(1)
const text = z.string().min(1)
const logicalId = z.string().regex(/^[A-Z][A-Za-z0-9]*$/, 'is not a logical id, such as CommandApi')
const hostName = z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'is not a host name such as api.example.com')
const address = z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'is not a mail address')

const mail = z.strictObject({
  /** Sender address. The variable `MAIL_FROM` replaces it. */
  from: address,
  /**
   * The SES identity that may send for that address: its domain, or the address itself if this is left out. A domain
   * signs mail (DKIM) and sends for every address in it. `npm run deploy` asks SES for it and creates what is missing.
   */
  domain: z.optional(text),
  /**
   * Mails a second that SES allows this account: 1 in the sandbox, often 14 after production access. The number of
   * mails that are sent at once follows from it.
   */
  perSecond: positive,
  /**
   * The sender of codes for sign-up and forgotten passwords. COGNITO, the default, sends 50 mails a day from an address
   * of its own, for free. SES sends them like all other mail, at $0.10 per thousand; SES must have verified the identity
   * before the deployment.
   */
  codes: z.optional(z.enum(['COGNITO', 'SES'])),
})

const schedule = z.string().regex(/^cron\([^()]+\)$/, 'is not a time such as cron(0 7 ? * MON-FRI *)')

const peak = z.strictObject({
  /** When it begins, in UTC: `cron(0 7 ? * MON-FRI *)`. */
  from: schedule,
  /** When it ends, in UTC. */
  to: schedule,
  /** Environments that are kept ready in between. They cost as `provisioned`, for the hours of the peak. */
  environments: positive,
})

const concurrencySettings = z.strictObject({
  /**
   * Environments that are kept ready, by the logical id of an API's function: `CommandApi`. A request to one of them
   * has no cold start. $0.0000033 per GB and second (us-east-1, arm64), used or not: $4.38 a month for each environment of
   * 512 MB. `docs/function-sizes.md` has the memory of each function.
   */
  provisioned: z.record(logicalId, count),
  /**
   * The most environments that are kept ready while more than 70% of those ready are busy, by the logical id of a
   * function in `provisioned`. They cost as `provisioned` while they are kept. Left out: twice `provisioned`, or
   * `reserved` if that is less.
   */
  maximum: z.optional(z.record(logicalId, positive)),
  /** Times when more environments are kept ready, by the logical id of a function in `provisioned`. */
  peaks: z.optional(z.record(logicalId, z.array(peak))),
  /**
   * Concurrent environments that are reserved for a function, by its logical id. The number is also the function's
   * maximum. Free. AWS insists that 100 of the account's quota stay unreserved, so a new account with a quota of 10
   * refuses any.
   */
  reserved: z.record(logicalId, positive),
})

/**
 * Settings that refer to `provisioned` name a function in it, and are not below it. Lambda keeps no more environments of
 * a function ready than are reserved for it.
 */
const concurrency = concurrencySettings.superRefine((settings, context) => {
  const { provisioned, maximum = {}, peaks = {}, reserved } = settings
  const check = (setting: 'maximum' | 'peaks', id: string, environments: number) => {
    const least = provisioned[id] ?? 0
    if (least > 0 && environments >= least) return
    const message =
      least === 0 ? 'is not kept ready by provisioned' : `is less than the ${least} of provisioned`
    context.addIssue({ code: 'custom', path: [setting, id], message })
  }
  for (const [id, most] of Object.entries(maximum)) check('maximum', id, most)
  for (const [id, all] of Object.entries(peaks))
    for (const { environments } of all) check('peaks', id, environments)
  for (const [id, limit] of Object.entries(reserved)) {
    const peak = (peaks[id] ?? []).map(({ environments }) => environments)
    const ready = Math.max(provisioned[id] ?? 0, maximum[id] ?? 0, ...peak)
    const message = `is less than the ${ready} that are kept ready`
    if (limit < ready) context.addIssue({ code: 'custom', path: ['reserved', id], message })
  }
})

const requests = z.strictObject({
  /** Requests a second that the HTTP API accepts before it answers 429. Free. */
  perSecond: positive,
  /** Requests that the HTTP API accepts at the same moment, as a burst. */
  burst: positive,
})

const tables = z.strictObject({
  /**
   * Maximum read and write units a second of each on-demand table. It caps the bill that a runaway client can cause.
   * Requests above it are throttled. Free. If left out, only the account's maximum applies.
   */
  maxUnits: z.optional(z.strictObject({ read: positive, write: positive })),
  /**
   * STANDARD, or STANDARD_INFREQUENT_ACCESS: storage of the event store costs $0.10 instead of $0.25 per GB and month,
   * and each request costs 25% more. It saves money once storage costs more than 42% of the requests.
   */
  class: z.enum(['STANDARD', 'STANDARD_INFREQUENT_ACCESS']),
})

const domain = z.strictObject({
  /** Host name of the API, such as api.example.com. Free; the hosted zone costs $0.50 a month. */
  name: hostName,
  /** ARN of its certificate in ACM, in the stage's region. Free. */
  certificateArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/,
      'is not the ARN of a certificate in ACM',
    ),
})

const allSettings = z.strictObject({
  mail,
  /** Receives every alarm, once it has confirmed the subscription. The variable `ALERT_EMAIL` replaces it. */
  alertEmail: z.optional(address),
  concurrency,
  /**
   * How many batches of one shard each stream consumer handles at once, 1 to 10. The rows are the same with any number.
   * With 1, a shard reaches its limit at about 1,250 streams a second. Costs nothing by itself; smaller batches mean
   * more invocations.
   */
  parallelizationFactor: z.int().min(1).max(10),
  /**
   * How the upload pipeline runs. EXPRESS costs about $1 per million states; STANDARD costs $25 per million state
   * transitions, and keeps each run's history for 90 days. The variable `UPLOAD_PIPELINE` replaces it.
   */
  pipeline: z.enum(['EXPRESS', 'STANDARD']),
  /** The least severe lines that the functions log. They cost $0.50 per GB: INFO writes about 0.5 KB per request. */
  logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  /** Days that logs are kept. $0.03 per GB and month. */
  logDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 180, 365]),
  /**
   * Above 0, X-Ray traces the APIs and the pipeline: this share of the pipeline's runs, and of requests what Lambda chooses,
   * which is one a second and 5% of the rest for each API. $5 per million traces; the first 100,000 a month are free.
   */
  traceRate: z.number().min(0).max(1),
  /**
   * Whether people may add a code generator as a second factor. OPTIONAL asks those people for a code; it cannot be
   * changed back to OFF while it is in use. Free.
   */
  mfa: z.enum(['OFF', 'OPTIONAL']),
  /** US dollars a month. `alertEmail` is told at 80% and 100%, and when the forecast exceeds it. The first two budgets of an account are free. */
  budget: z.optional(positive),
  requests,
  tables,
  /**
   * Whether a new release of an API gets 10% of its requests for five minutes before it gets all, and loses them again
   * if an alarm goes off. Free for Lambda. A function that `concurrency.provisioned` names is refused: Lambda answers
   * "Alias with weights can not be used with Provisioned Concurrency".
   */
  gradual: z.boolean(),
  domain: z.optional(domain),
})

const schema = allSettings.superRefine(({ gradual, concurrency: { provisioned } }, context) => {
  for (const [id, environments] of Object.entries(provisioned))
    if (gradual && environments > 0)
      context.addIssue({
        code: 'custom',
        path: ['concurrency', 'provisioned', id],
        message: 'cannot be kept ready while gradual is true: choose one of them',
      })
})

/** Everything that an operator chooses for a stage. Prices are those of us-east-1 on 2026-11-30. */
export type StageSettings = z.infer<typeof schema>

/** Declares the settings of a stage, in a file of the stage's name in this folder. */
export function defineStage(settings: StageSettings): StageSettings {
  return settings
}

/** Validates settings. Throws an Error that names each wrong value by its path, one per line. */
export function parseSettings(settings: unknown, of: string): StageSettings {
  const parsed = schema.safeParse(settings)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.') || 'settings'}: ${messageOf(issue)}`,
  )
  throw new Error(`${of} is not valid:\n${faults.join('\n')}`)
}

/** The message of a wrong key says only that it is wrong. The schema of the key gives the reason. */
function messageOf(issue: z.core.$ZodIssue): string {
  const reason = issue.code === 'invalid_key' ? issue.issues[0] : undefined
  return (reason ?? issue).message
}
