import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Handling } from './handling.ts';

describe('a handler', () => {
  let handling: Handling;
  beforeEach(async () => {
    handling = await Handling.open();
  });
  afterEach(() => handling.close());

  test('runs once for each change that it wants, with the change, the order and what was before', async () => {
    handling.write(
      'greet',
      `const made = await step('greet', ({ key }) => {
         did(\`\${change.type} \${order.shop} \${change.data.version} \${before.status} \${key}\`);
         return { at: new Date(0), none: undefined };
       });
       did(JSON.stringify(made));
       log.info('greeted', { made: true });`,
    );
    await handling.start();
    await handling.live(1);
    const effect = await handling.ends('greet', 'done');
    expect(handling.did).toEqual([
      `orders/paid example.myshopify.com ${effect.version} ${effect.before?.status} ${effect._id}/0/greet`,
      '{"at":"1970-01-01T00:00:00.000Z"}',
    ]);
    expect(effect).toMatchObject({ attempts: 1, because: null, receipt: { answer: 'to its end' } });
    expect(await handling.steps()).toMatchObject([{ name: 'greet', version: 1, endedAt: expect.any(Date) }]);
  });

  test('is parked if the order was changed by hand, and runs after it is repaired', async () => {
    handling.write('greet', `did('ran'); if (times('ran') === 1) throw new Error('not yet');`);
    const stop = await handling.start();
    await handling.live(2);
    const { order } = await handling.ends('greet', 'failing');
    await stop();
    const { orders } = handling.publishing.inside.collections;
    // The change of the effect is not the newest one: it is rebuilt, but handlers get the newest state, too.
    const set = async (value: unknown) =>
      await orders.collection.updateOne({ _id: order as never }, { $set: { 'body.created_at': value } });
    await set(new Date());
    await handling.start();
    await handling.publishing.hurry();
    const { lastError } = await handling.ends('greet', 'parked');
    expect(lastError).toBe(
      'the stored order is damaged: order.body.created_at is a date, which no webhook has',
    );
    expect(handling.did).toEqual(['ran']);
    await set('2026-11-27T15:32:32Z');
    await handling.publishing.inside.collections.effects.updateOne(
      { order, state: 'parked' },
      { $set: { state: 'failing', failures: 0 } },
    );
    await handling.publishing.hurry();
    await handling.ends('greet', 'done');
    expect(handling.did).toEqual(['ran', 'ran']);
  });
});
