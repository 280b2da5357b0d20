import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits for a condition. It also works outside the test runner. Throws an Error that names the condition if the time
 * runs out.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  o: { readonly what: () => string; readonly timeoutMs: number },
): Promise<void> {
  const end = performance.now() + o.timeoutMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`Waited ${o.timeoutMs} ms in vain for ${o.what()}`)
    await delay(20)
  }
}
