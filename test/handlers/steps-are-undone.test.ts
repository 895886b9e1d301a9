import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEffectActs } from '../../src/persist/effect-acts.ts';
import { Handling } from './handling.ts';

/** Three steps, of which two can be undone. */
const STEPS = `
  await step('reserve', ({ key }) => { did('reserve ' + key.split('/').slice(1)); return { id: 7 }; }, {
    compensate: ({ id }, { key }) => did(\`release \${id} \${key.split('/').slice(1)}\`),
  });
  await step('note', () => did('note'));
  await step('charge', () => { did('charge'); return 'paid'; }, {
    compensate: (how) => { did('refund ' + how); FAILS_TO_REFUND },
  });`;
const steps = (failsToRefund = '') => STEPS.replace('FAILS_TO_REFUND', failsToRefund);
const DONE = ['reserve 0,reserve', 'note', 'charge'];
const UNDONE = ['refund paid', 'release 7 0,reserve,undo'];

describe("a handler's steps are undone, the last one first", () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
    handling.hasten();
  });
  afterEach(() => handling.close());
  const run = async (code: string) => {
    handling.write('order', code);
    await handling.start();
    await handling.live(1);
  };

  test('when it throws Undo: then its lane continues', async () => {
    await run(`${steps()} throw new Undo('out of stock');`);
    const effect = await handling.ends('order', 'skipped');
    expect(effect).toMatchObject({ because: 'undone: out of stock', attempts: 1 });
    expect(handling.did).toEqual([...DONE, ...UNDONE]);
  });

  test('when its schedule is over: then it is parked, and a replay begins with new steps', async () => {
    await run(`${steps()} await step('ship', () => {
      did('ship');
      if (times('ship') <= 3) throw new RangeError();
    });`);
    const effect = await handling.ends('order', 'parked');
    expect(effect.lastError).toMatch(
      /^step "ship" threw RangeError at order\.ts:\d+; its steps were undone$/,
    );
    const all = [...DONE, ...Array<string>(3).fill('ship'), ...UNDONE];
    expect(handling.did).toEqual(all);
    await createEffectActs(handling.publishing.inside.collections).replay({ ids: [effect._id] }, new Date());
    await handling.ends('order', 'done');
    expect(handling.did).toEqual([...all, 'reserve 1,reserve', 'note', 'charge', 'ship']);
  });

  test('when its process dies at every attempt', async () => {
    await run(`${steps()} process.exit(3);`);
    const { lastError } = await handling.ends('order', 'parked');
    expect(lastError).toBe('its process ended with code 3: it called process.exit; its steps were undone');
    expect(handling.did).toEqual([...DONE, ...UNDONE]);
  });

  test('a step that cannot be undone is tried by the schedule, then parked; a replay continues there', async () => {
    await run(`${steps(`if (times('refund paid') <= 3) throw new Error();`)} throw new Undo('enough');`);
    const effect = await handling.ends('order', 'parked');
    expect(effect.lastError).toMatch(/^undoing step "charge": it threw Error at order\.ts:\d+$/);
    expect(handling.did).toEqual([...DONE, ...Array<string>(3).fill('refund paid')]);
    await createEffectActs(handling.publishing.inside.collections).replay({ ids: [effect._id] }, new Date());
    await handling.ends('order', 'skipped');
    expect(handling.did.slice(6)).toEqual(UNDONE);
  });

  test('without steps that can be undone, it is parked with its error, and a replay keeps its steps', async () => {
    await run(`await step('note', () => did('note')); did('try'); if (times('try') <= 3) throw new Error();`);
    const effect = await handling.ends('order', 'parked');
    expect(effect.lastError).toMatch(/^it threw Error at order\.ts:\d+$/);
    await createEffectActs(handling.publishing.inside.collections).replay({ ids: [effect._id] }, new Date());
    await handling.ends('order', 'done');
    expect(handling.did).toEqual(['note', ...Array<string>(4).fill('try')]);
  });
});
