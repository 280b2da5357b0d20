import { defineStage } from './stage-settings.ts'

/** The stage that people use. Set your own addresses before the first deploy. */
export default defineStage({
  mail: { from: 'annals@example.com', perSecond: 14 },
  // To keep environments ready instead of releasing gradually: provisioned: { CommandApi: 1, QueryApi: 1 }, $4.38 a month
  // if each has 256 MB, with gradual: false.
  concurrency: { provisioned: {}, reserved: {} },
  parallelizationFactor: 4,
  pipeline: 'EXPRESS',
  logLevel: 'INFO',
  logDays: 90,
  // One request a second and one in twenty of the rest: at most $13 a month for each API, and $0.25 per million requests.
  traceRate: 0.05,
  mfa: 'OPTIONAL',
  budget: 500,
  requests: { perSecond: 1000, burst: 500 },
  tables: { class: 'STANDARD', maxUnits: { read: 40_000, write: 40_000 } },
  gradual: true,
})
