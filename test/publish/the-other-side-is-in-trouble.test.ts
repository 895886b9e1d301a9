import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

/** Makes every effect that waits for its next attempt due, and wakes its lane. */
async function hurry(publishing: Publishing): Promise<void> {
  await publishing.inside.collections.effects.updateMany(
    { state: 'failing' },
    { $set: { dueAt: new Date(0) } },
  );
  await publishing.inside.redis.flushall();
}

describe('the other side is in trouble', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  let name: string;
  let order = 100;
  beforeAll(async () => {
    publishing = await Publishing.open();
    await publishing.start();
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    receiver = await Receiver.open();
    name = `to-${(order += 1)}`;
  });
  afterEach(async () => {
    await publishing.inside.collections.destinations.deleteMany({});
    await receiver.close();
  });

  const stateOf = async () => {
    const [effect] = await publishing.effects({ destination: name });
    return effect ? [effect.state, effect.attempts, effect.lastError] : null;
  };

  test.each([
    [500, 'it answered 500'],
    [404, 'it answered 404'],
    [301, 'it answered 301: redirects are not followed'],
    [503, 'it answered 503'],
  ])('after %d, it tries again later, with the same id, and what follows waits', async (status, lastError) => {
    receiver.answering = () => ({ status, headers: { location: 'http://169.254.169.254/' } });
    await publishing.destination(name, { url: receiver.url });
    await publishing.live(order, 2);
    await until(async () => (await stateOf())?.[0] === 'failing');
    expect(await stateOf()).toEqual(['failing', 1, lastError]);
    const [first, second] = await publishing.effects({ destination: name });
    expect(first!.dueAt!.getTime() - Date.now()).toBeGreaterThan(3000);
    expect(second).toMatchObject({ state: 'waiting', attempts: 0 });
    receiver.answering = () => ({ status: 204 });
    await hurry(publishing);
    await publishing.settled();
    expect(receiver.received.map(({ id }) => id)).toEqual([first!._id, first!._id, second!._id]);
  });

  test('Retry-After is obeyed, by all lanes', async () => {
    receiver.answering = () => ({ status: 429, headers: { 'retry-after': '3600' } });
    await publishing.destination(name, { url: receiver.url });
    await publishing.live(order, 1);
    await until(async () => (await stateOf())?.[0] === 'failing');
    const [effect] = await publishing.effects({ destination: name });
    expect(effect!.dueAt!.getTime() - Date.now()).toBeGreaterThan(3_500_000);
    await publishing.live((order += 1), 1);
    await until(async () => (await publishing.effects({ destination: name })).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(receiver.received.length).toBe(1);
  });

  test('410 pauses the destination', async () => {
    receiver.answering = () => ({ status: 410 });
    await publishing.destination(name, { url: receiver.url });
    await publishing.live(order, 1);
    const { destinations } = publishing.inside.collections;
    await until(async () => (await destinations.findById(name).lean())?.state === 'paused');
    expect(await destinations.findById(name).lean()).toMatchObject({
      because: 'it answered 410: no more messages',
    });
    expect((await stateOf())?.[0]).toBe('failing');
  });

  test('after the whole schedule it is parked, and its lane stops until an operator decides', async () => {
    receiver.answering = () => ({ status: 400 });
    await publishing.destination(name, { url: receiver.url });
    await publishing.live(order, 2);
    await until(async () => (await stateOf())?.[0] === 'failing');
    await publishing.inside.collections.effects.updateMany({ destination: name }, { $set: { failures: 10 } });
    await hurry(publishing);
    await until(async () => (await stateOf())?.[0] === 'parked');
    const [, second] = await publishing.effects({ destination: name });
    expect(second).toMatchObject({ state: 'waiting', attempts: 0 });
    expect(receiver.received.length).toBe(2);
  });

  test('nobody listens: it waits, and says why', async () => {
    const { url } = receiver;
    await receiver.close();
    await publishing.destination(name, { url });
    await publishing.live(order, 1);
    await until(async () => (await stateOf())?.[0] === 'failing');
    expect((await stateOf())?.[2]).toBe('it cannot be reached: ECONNREFUSED');
    receiver = await Receiver.open();
  });

  test.each(['repeat', 'wait', 'ask'] as const)(
    'it never answers, and the destination says: %s',
    async (inDoubt) => {
      receiver.answering = ({ id }) => (id === 'undefined' ? { status: 404 } : undefined);
      const probeUrl = inDoubt === 'ask' ? `${receiver.url}?id={id}` : null;
      await publishing.destination(name, { url: receiver.url, inDoubt, probeUrl, timeoutMs: 200 });
      await publishing.live(order, 1);
      const state = inDoubt === 'wait' ? 'in_doubt' : 'failing';
      await until(async () => (await stateOf())?.[0] === state);
      expect((await stateOf())?.[2]).toBe('it did not answer in time');
      expect(receiver.received.length).toBe(1);
    },
  );
});
