import type { Stage } from '../../stages/read-stage.ts'

/** The namespace of a stage's own metrics. */
export function metricsNamespace({ name }: Stage): string {
  return `Annals/${name}`
}
