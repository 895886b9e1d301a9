import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Handling } from './handling.ts';

const OUT_OF_MEMORY = 'it was ended; it may have taken more than 512 MB';
/** Each is the code of a handler, and what operators then see. The customer's name is in what is thrown. */
const BAD: Record<string, { code: string; more?: string; lastError: string | RegExp }> = {
  throws: {
    code: `throw new TypeError('no stock for Jane Doe');`,
    lastError: /^it threw TypeError at throws\.ts:\d+$/,
  },
  'throws-in-a-step': {
    code: `await step('reserve', async () => { throw Object.assign(new Error('Jane Doe'), { code: 'ECONNREFUSED' }); });`,
    lastError: /^step "reserve" threw Error \(ECONNREFUSED\) at throws-in-a-step\.ts:\d+$/,
  },
  'throws-text': { code: `throw 'Jane Doe';`, lastError: 'it threw something that is not an error' },
  'rejects-elsewhere': {
    code: `Promise.reject(new Error('Jane Doe')); await new Promise(() => undefined);`,
    lastError: /^it threw Error at rejects-elsewhere\.ts:\d+$/,
  },
  exits: { code: `process.exit(0);`, lastError: 'its process ended with code 0: it called process.exit' },
  loops: { code: `for (;;);`, more: 'timeoutMs: 1500,', lastError: 'it did not end within 1500 ms' },
  hangs: {
    code: `await new Promise(() => undefined);`,
    more: 'timeoutMs: 1500,',
    lastError: 'it did not end within 1500 ms',
  },
  'leaks-objects': {
    code: `const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length));`,
    lastError: OUT_OF_MEMORY,
  },
  'leaks-buffers': {
    code: `const kept = []; for (;;) { kept.push(Buffer.alloc(1024 * 1024, 1)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2); }`,
    lastError: OUT_OF_MEMORY,
  },
  'returns-too-much': {
    code: `await step('all', () => 'x'.repeat(65_535));`,
    lastError: 'the result of step "all" has 65537 bytes; at most 65536 are kept',
  },
  'returns-a-circle': {
    code: `await step('all', () => { const it = {}; it.it = it; return it; });`,
    lastError: 'the result of step "all" is not JSON',
  },
  'names-two-steps-alike': {
    code: `await step('one', () => 1); await step('one', () => 2);`,
    lastError: 'two steps of one run are named "one"',
  },
  'sleeps-until-nothing': {
    code: `await sleepUntil(new Date('tomorrow'));`,
    lastError: 'sleepUntil needs a valid Date',
  },
};

describe('a handler whose code is bad', () => {
  let handling: Handling;
  beforeAll(async () => {
    handling = await Handling.open();
    for (const [name, { code, more }] of Object.entries(BAD)) handling.write(name, code, more);
    handling.write('good', `await step('greet', () => did('good'));`);
    await handling.start();
    await handling.live(1);
  });
  afterAll(() => handling.close());

  test.each(Object.keys(BAD))('%s: the attempt has failed, by the schedule, and says why', async (name) => {
    const { attempts, lastError, dueAt, doneAt, receipt } = await handling.ends(name, 'failing');
    expect(lastError).toEqual(expect.stringMatching(BAD[name]!.lastError));
    expect(lastError).not.toContain('Jane');
    expect({ attempts, doneAt }).toEqual({ attempts: 1, doneAt: null });
    expect(dueAt!.getTime() - receipt!.at.getTime()).toBeGreaterThan(4000);
  });

  test('others run', async () => {
    await handling.ends('good', 'done');
    expect(handling.did).toEqual(['good']);
  });

  test('its message is not logged', () => {
    expect(JSON.stringify(handling.logged)).not.toContain('Jane');
  });
});
