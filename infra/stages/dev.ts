import { defineStage } from './stage-settings.ts'

/** The stage for development, on a laptop and in an account. It costs nothing while nobody uses it. */
export default defineStage({
  mail: { from: 'annals@example.com', perSecond: 1 },
  concurrency: { provisioned: {}, reserved: {} },
  parallelizationFactor: 1,
  pipeline: 'EXPRESS',
  logLevel: 'INFO',
  logDays: 30,
  traceRate: 0,
  mfa: 'OFF',
  requests: { perSecond: 1000, burst: 500 },
  tables: { class: 'STANDARD' },
  gradual: false,
})
