/** The resources that one invocation used, as the bootstrap measures them. */
export interface InvocationUsage {
  /** Processor time of the process, in milliseconds. */
  readonly cpuMs: number
  /** How often the function began to wait for calls. Calls that overlap are one wait. */
  readonly waits: number
  /** The most memory that the process has had so far, in KB. */
  readonly peakKb: number
  /** How many records the event has; 1 for an event without records. */
  readonly records: number
  /** Whether it was the first invocation of its process. */
  readonly cold: boolean
}

export interface UsageLog {
  /** Adds the report of an invocation. */
  add(logicalId: string, report: string): void
  /** The latest invocations of each function, by its logical id, oldest first. */
  all(): Readonly<Record<string, readonly InvocationUsage[]>>
}

/** Maximum number of invocations of a function that are kept. */
const maxKept = 5000

/** Keeps what invocations used, in memory. */
export function createUsageLog(): UsageLog {
  const kept = new Map<string, InvocationUsage[]>()
  return {
    add(logicalId, report) {
      const usages = kept.get(logicalId) ?? []
      usages.push(JSON.parse(report) as InvocationUsage) // the bootstrap wrote it
      if (usages.length > maxKept) usages.shift()
      kept.set(logicalId, usages)
    },
    all: () => Object.fromEntries(kept),
  }
}
