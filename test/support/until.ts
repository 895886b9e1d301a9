import { setTimeout as sleep } from 'node:timers/promises';

const STEP_MS = 20;

/** Waits until a condition holds. @throws if it does not within `ms`, with its last value */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms = 20_000,
  what = 'the condition',
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} was not true within ${ms} ms`);
    await sleep(STEP_MS);
  }
}
