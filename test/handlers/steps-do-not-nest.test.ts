import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handler, Undo, type HandlerContext } from '../../src/handlers.ts';
import { runHandler } from '../../src/testing.ts';
import { Handling } from './handling.ts';

const LATER = 'new Date(Date.now() + 60_000)';
const before = 'call it before or after that step';
const own = 'a compensation is a step of its own';
const undoing = (code: string) =>
  `await step('outer', () => 1, { compensate: async () => { ${code} } }); throw new Undo('enough');`;

/** What the code calls, where, and how the effect ends. */
const CALLS = {
  'step-in-step': {
    code: `await step('outer', () => step('inner', () => did('inner')));`,
    because: `step "outer": step "inner" cannot be called inside a step of handler "step-in-step": ${before}`,
  },
  'undoable-in-step': {
    code: `await step('outer', () => step('inner', () => did('inner'), { compensate: () => did('undone') }));`,
    because: `step "outer": step "inner" cannot be called inside a step of handler "undoable-in-step": ${before}`,
  },
  'sleep-in-step': {
    code: `await step('outer', () => sleepUntil(${LATER}));`,
    because: `step "outer": sleepUntil cannot be called inside a step of handler "sleep-in-step": ${before}`,
  },
  'effect-in-step': {
    code: `await step('outer', () => effect('erp', 1));`,
    because: `step "outer": effect cannot be called inside a step of handler "effect-in-step": ${before}`,
  },
  'step-in-undo': {
    code: undoing(`await step('inner', () => did('inner'));`),
    because: `undoing step "outer": step "inner" cannot be called inside a compensation of handler "step-in-undo": ${own}`,
  },
  'known-in-undo': {
    code: `await step('inner', () => 1); ${undoing(`await step('inner', () => did('inner'));`)}`,
    because: `undoing step "outer": step "inner" cannot be called inside a compensation of handler "known-in-undo": ${own}`,
  },
  'undoable-in-undo': {
    code: undoing(`await step('inner', () => did('inner'), { compensate: () => did('undone') });`),
    because: `undoing step "outer": step "inner" cannot be called inside a compensation of handler "undoable-in-undo": ${own}`,
  },
  'sleep-in-undo': {
    code: undoing(`await sleepUntil(${LATER});`),
    because: `undoing step "outer": sleepUntil cannot be called inside a compensation of handler "sleep-in-undo": ${own}`,
  },
} as const satisfies Record<string, { code: string; because: string }>;

const DEFAULT_TIMEOUT_MS = 30_000;
/** What `runHandler` waits for at most, over all attempts: a hang takes eleven times that. */
const MOST_MS = 2000;

describe('steps do not nest: the attempt fails at once, and says which call of which handler', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
  });
  afterEach(() => handling.close());

  test('in processes of their own', async () => {
    for (const [name, { code }] of Object.entries(CALLS)) handling.write(name, code);
    handling.hasten();
    await handling.start();
    await handling.live(1);
    for (const [name, { because }] of Object.entries(CALLS)) {
      const { lastError, receipt } = await handling.ends(name, 'parked');
      expect({ name, lastError }).toEqual({ name, lastError: because });
      expect(receipt?.ms).toBeLessThan(DEFAULT_TIMEOUT_MS / 2);
    }
    expect(handling.did).toEqual([]);
  });

  test.each(Object.entries(CALLS))('in lockstep/testing: %s', async (name, { code, because }) => {
    const mine = handler({ name, on: 'orders/create', timeoutMs: 60_000, run: await runOf(code) });
    const began = performance.now();
    const { runs } = await runHandler(mine, { webhooks: CREATED });
    expect(runs).toMatchObject([{ state: 'parked', because, effects: [] }]);
    expect(performance.now() - began).toBeLessThan(MOST_MS);
  });
});

test('what runs beside a step, or after it in the same handler, is not inside it', async () => {
  const beside = handler({
    name: 'beside',
    on: 'orders/create',
    run: async ({ step, effect, sleepUntil }) => {
      const slow = Promise.withResolvers<void>();
      const one = step('one', () => slow.promise);
      await step('two', () => undefined);
      await effect('erp', 'beside');
      slow.resolve();
      await one.then(() => step('three', () => undefined));
      await sleepUntil(new Date('2026-11-21T10:00:00Z'));
      await effect('erp', 'after');
    },
  });
  const { runs } = await runHandler(beside, { webhooks: CREATED, dieAt: 'every step' });
  expect(runs).toMatchObject([{ state: 'done', because: null }]);
  expect(runs[0]?.effects.map(({ data }) => data)).toEqual(['beside', 'after']);
});

const CREATED = [{ topic: 'orders/create', body: { id: 1, updated_at: '2026-11-20T10:00:00Z' } }];

/** The same code as in a file. */
async function runOf(code: string): Promise<Run> {
  const source = `export const made = (Undo, did) => async ({ step, sleepUntil, effect }) => { ${code} };`;
  const { made } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    made: (undo: typeof Undo, did: () => never) => Run;
  };
  return made(Undo, () => {
    throw new Error('it ran');
  });
}

type Run = (context: HandlerContext) => Promise<void>;
