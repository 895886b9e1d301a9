import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Handling } from './handling.ts';

describe('a handler that sleeps', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
  });
  afterEach(() => handling.close());

  test('continues after a restart, with its steps, the change as it was, and the newest order', async () => {
    handling.write(
      'remind',
      `const until = await step('plan', () => { did('plan'); return Date.now() + 6000; });
       did('asleep');
       await sleepUntil(new Date(until + times('asleep')));
       did(\`awake \${change.data.version} of \${order.version}\`);`,
    );
    const stop = await handling.start();
    await handling.live(1);
    const { version, attempts, dueAt } = await handling.ends('remind', 'sleeping');
    expect({ attempts, soon: dueAt!.getTime() - Date.now() <= 6001 }).toEqual({ attempts: 1, soon: true });
    await stop();
    expect(handling.did).toEqual(['plan', 'asleep']);
    await handling.start();
    await handling.ends('remind', 'done');
    const order = await handling.publishing.inside.collections.orders.findOne().lean();
    expect(order!.version).toBeGreaterThan(version);
    expect(handling.did).toEqual(['plan', 'asleep', 'asleep', `awake ${version} of ${order!.version}`]);
    expect(Date.now()).toBeGreaterThanOrEqual(dueAt!.getTime());
  });

  test('its lane continues meanwhile, and runs one at a time', async () => {
    handling.writeFile(
      'all.ts',
      `export const all = handler({ name: 'all', on: '*', run: async ({ change, step, sleepUntil }) => {
         await step('begin', () => did('begin ' + change.sequence));
         if (change.sequence === 1) await sleepUntil(new Date(Date.now() + 5000));
         did('end ' + change.sequence);
       } });`,
    );
    await handling.start();
    await handling.live(1);
    const count = async () => (await handling.publishing.effects({ open: true })).length;
    await until(async () => handling.did.length > 2 && (await count()) === 0, 60_000, 'all to end');
    const last = (await handling.publishing.effects()).length;
    const others = Array.from({ length: last - 1 }, (_, i) => [`begin ${i + 2}`, `end ${i + 2}`]).flat();
    // Its sleep may be over before the last of the others.
    const at = handling.did.indexOf('end 1');
    expect(handling.did.toSpliced(at, 1)).toEqual(['begin 1', ...others]);
    expect(handling.did[at - 1]).toMatch(/^end /);
  });

  test('of which a newer version is deployed: that continues, and names a step that vanished', async () => {
    handling.write(
      'plan',
      `await step('old', () => did('old')); await sleepUntil(new Date(Date.now() + 2000));`,
    );
    const stop = await handling.start();
    await handling.live(1);
    await handling.ends('plan', 'sleeping');
    await stop();
    handling.write(
      'plan',
      `await sleepUntil(new Date(0)); await step('new', () => did('new'));`,
      'version: 2,',
    );
    await handling.start();
    const { because } = await handling.ends('plan', 'done');
    expect(because).toBe('steps that ran before, but are not in this run: "old" of version 1');
    expect(handling.did).toEqual(['old', 'new']);
  });

  test('and fails in a newer version: the error names the step that vanished, too', async () => {
    handling.write(
      'plan',
      `await step('old', () => 1, { compensate: () => did('undo') }); await sleepUntil(new Date(Date.now() + 1000));`,
    );
    const stop = await handling.start();
    await handling.live(1);
    await handling.ends('plan', 'sleeping');
    await stop();
    handling.write('plan', `await sleepUntil(new Date(0)); throw new Undo('late');`, 'version: 2,');
    await handling.start();
    const { lastError } = await handling.ends('plan', 'failing');
    await until(async () => (await handling.publishing.effects())[0]!.attempts === 3, 20_000);
    expect(lastError).toContain('to be undone: late');
    const [effect] = await handling.publishing.effects({ destination: 'handler-plan' });
    expect(effect!.lastError).toBe(
      'step "old" of version 1 must be undone, but version 2 did not say how before it stopped',
    );
  });
});
