import { setTimeout as sleep } from 'node:timers/promises';

/** The pause between two tries grows from the first to the second: a try takes CPU time from what it waits for. */
const STEPS_MS = { first: 20, longest: 100, growth: 1.2 };

/** Waits until a condition holds. @throws if it does not within `ms`, with its last value */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms = 20_000,
  what = 'the condition',
): Promise<void> {
  const deadline = Date.now() + ms;
  let stepMs = STEPS_MS.first;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} was not true within ${ms} ms`);
    await sleep(stepMs);
    stepMs = Math.min(stepMs * STEPS_MS.growth, STEPS_MS.longest);
  }
}
