import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { handler, Undo } from '../../src/handlers.ts';
import { runHandler } from '../../src/testing.ts';
import { createSetOffStore, redactBodies } from '../../src/persist/set-off-store.ts';
import type { HandlerChange } from '../../src/handle/handler.ts';
import { LaneQueues } from '../../src/publish/lane-queues.ts';
import { setOff } from '../../src/publish/set-off.ts';
import { createDestinationStore } from '../../src/persist/destination-store.ts';
import { Receiver } from '../publish/receiver.ts';
import { Handling } from './handling.ts';

const CREATED = [{ topic: 'orders/create', body: { id: 1, updated_at: '2026-11-20T10:00:00Z' } }];

describe('a handler sets off messages', () => {
  let handling: Handling;
  let receiver: Receiver;
  beforeEach(async () => {
    handling = await Handling.open();
    receiver = await Receiver.open();
  });
  afterEach(async () => {
    await handling.close();
    await receiver.close();
  });

  test("once, however often its process dies, behind what is in the order's lane already", async () => {
    const { publishing } = handling;
    await publishing.destination('erp', { url: receiver.url });
    handling.write(
      'tell',
      `const die = (line) => {
         if (times('died at ' + line) > 0) return;
         did('died at ' + line);
         process.kill(process.pid, 'SIGKILL');
       };
       die(1);
       const id = await effect('erp', { paid: order.name });
       die(2);
       const named = await effect('erp', [2], { name: 'again' });
       die(3);
       did(id + ' ' + named);`,
    );
    handling.hasten(0);
    await handling.start();
    await handling.live(1);
    const { _id, order } = await handling.ends('tell', 'done');
    await publishing.settled('erp');
    const own = receiver.bodies.filter(({ type }) => type === 'handler/tell');
    expect(own).toEqual([
      expect.objectContaining({ causedBy: _id, sequence: null, moved: null, data: { paid: '#1' } }),
      expect.objectContaining({ causedBy: _id, data: [2] }),
    ]);
    expect(handling.did.at(-1)).toBe(own.map(({ id }) => id).join(' '));
    expect(own.map((each) => each.order.key)).toEqual([order, order]);
    const lane = await publishing.effects({ destination: 'erp' });
    expect(receiver.received.map(({ id }) => id)).toEqual(lane.map((each) => each._id));
    const kept = (await handling.steps()).map(({ name, kind }) => `${name} (${kind})`);
    expect(kept).toEqual(['effect 1 (effect)', 'effect again (effect)']);
  });

  test.each([
    ['nobody', '1', 'effect 1: there is no destination "nobody"'],
    ['handler-tell', '1', 'effect 1: "handler-tell" is a handler: handlers run for changes only'],
    ['table', '1', 'effect 1: "table" has one row for each order, which only changes of the order fill'],
    ['far', '1', `effect 1: "far" takes nothing from this order's shop`],
    ['erp', `'x'.repeat(65537)`, 'the body of effect 1 has 65539 bytes; at most 65536 are kept'],
    ['erp', 'undefined', 'the body of effect 1 is not JSON'],
    ['erp', '1n', 'the body of effect 1 is not JSON'],
  ])('but not at %s with %s: the attempt fails, and says why', async (name, body, because) => {
    const { publishing } = handling;
    await publishing.destination('erp', { url: receiver.url, on: ['orders/cancelled'] });
    await publishing.destination('far', { url: receiver.url, shops: ['far.myshopify.com'] });
    await publishing.destination('table', { kind: 'postgres', on: ['orders/cancelled'] });
    handling.write('tell', `await effect('${name}', ${body});`);
    await handling.start();
    await handling.live(1);
    const { lastError } = await handling.ends('tell', 'failing');
    expect(lastError).toBe(because);
    expect(receiver.received).toEqual([]);
  });

  test('a message that waits is emptied by a redaction, and is sent without its data', async () => {
    const { publishing } = handling;
    await publishing.destination('erp', { url: receiver.url });
    const store = createDestinationStore(publishing.inside.collections, Date.now);
    await store.pause('erp', 'for a test', 'operator');
    handling.write('tell', `await effect('erp', { email: 'ada@example.com' });`);
    await handling.start();
    await handling.live(1);
    const { order } = await handling.ends('tell', 'done');
    await expect(redactBodies(publishing.inside.collections, { $in: [order] } as never)).resolves.toBe(1);
    expect(JSON.stringify(await publishing.effects())).not.toContain('ada@example.com');
    await store.resume('erp');
    await publishing.hurry();
    await publishing.settled('erp');
    expect(receiver.bodies.find(({ type }) => type === 'handler/tell')).toMatchObject({ data: null });
  });

  test('a call that is repeated, because the publisher died before it kept the step, changes nothing', async () => {
    const { inside } = handling.publishing;
    await handling.publishing.destination('erp', { url: receiver.url });
    const tools = {
      destinations: createDestinationStore(inside.collections, Date.now),
      store: createSetOffStore(inside.collections),
      queues: new LaneQueues(inside.redis, inside.partitions, inside.log),
      now: Date.now,
    };
    const after = { status: 'created', financialStatus: null, fulfillmentStatus: null };
    const order = { key: 'example.myshopify.com/1', id: '1', name: null };
    const change = { id: 'ef_1', order, shop: 'example.myshopify.com', version: 3, after, late: false };
    const asked = {
      name: 'tell',
      change: { ...change, occurredAt: new Date().toISOString() } as HandlerChange,
      key: 'ef_1/0',
    };
    const call = (body: string) =>
      setOff({ ...asked, message: { name: 'effect 1', destination: 'erp', body } }, tools);
    const ids = [await call('1'), await call('2')];
    await tools.queues.close();
    expect(new Set(ids).size).toBe(1);
    await expect(tools.store.bodies(ids)).resolves.toEqual(new Map([[ids[0], '1']]));
  });

  test('from a compensation, too: once', async () => {
    const tell = handler({
      name: 'tell',
      on: 'orders/create',
      run: async ({ effect, step }) => {
        await step('a', () => 1, { compensate: () => effect('mail', 'sorry') });
        await effect('mail', 'well');
        throw new Undo('enough');
      },
    });
    const { runs } = await runHandler(tell, { webhooks: CREATED, dieAt: 'every step' });
    expect(runs[0]).toMatchObject({ state: 'skipped', because: 'undone: enough' });
    expect(runs[0]?.effects.map(({ data }) => data)).toEqual(['well', 'sorry']);
  });

  test('in lockstep/testing, what was set off is in the run, once', async () => {
    const tell = handler({
      name: 'tell',
      on: 'orders/create',
      run: async ({ effect }) => {
        await effect('erp', { a: 1 });
      },
    });
    const webhooks = CREATED;
    const { runs } = await runHandler(tell, { webhooks, dieAt: 'every step' });
    expect(runs[0]?.effects).toEqual([
      { id: expect.stringMatching(/^ef_/), destination: 'erp', type: 'handler/tell', data: { a: 1 } },
    ]);
    expect(runs[0]?.deaths).toEqual(['"effect 1" begins', '"effect 1" is kept']);
    const refused = await runHandler(tell, { webhooks, destinations: ['other'] });
    expect(refused.runs[0]?.because).toBe('effect 1: there is no destination "erp"');
  });
});
