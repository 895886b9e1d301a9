import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

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
  ])(
    'after %d, it tries again later, with the same id, and what follows waits',
    async (status, lastError) => {
      receiver.answering = () => ({ status, headers: { location: 'http://169.254.169.254/' } });
      await publishing.destination(name, { url: receiver.url });
      await publishing.live(order, 2);
      await until(async () => (await stateOf())?.[0] === 'failing');
      expect(await stateOf()).toEqual(['failing', 1, lastError]);
      const [first, second] = await publishing.effects({ destination: name });
      expect(first!.dueAt!.getTime() - Date.now()).toBeGreaterThan(3000);
      expect(second).toMatchObject({ state: 'waiting', attempts: 0 });
      receiver.answering = () => ({ status: 204 });
      await publishing.hurry();
      await publishing.settled(name);
      expect(receiver.received.map(({ id }) => id)).toEqual([first!._id, first!._id, second!._id]);
    },
  );

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
    await publishing.hurry();
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

  describe('it takes a message and never answers', () => {
    const put = async (inDoubt: 'repeat' | 'wait' | 'ask') => {
      receiver.answering = () => undefined;
      const probeUrl = inDoubt === 'ask' ? `${receiver.url}?id={id}` : null;
      await publishing.destination(name, { url: receiver.url, inDoubt, probeUrl, timeoutMs: 200 });
      await publishing.live(order, 1);
      const state = inDoubt === 'wait' ? 'in_doubt' : 'failing';
      await until(async () => (await stateOf())?.[0] === state);
      expect(await stateOf()).toEqual([state, 1, 'it did not answer in time']);
    };

    test('repeat: it is sent again with the same id', async () => {
      await put('repeat');
      receiver.answering = () => ({ status: 200 });
      await publishing.hurry();
      await publishing.settled(name);
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
      expect(receiver.received.length).toBe(2);
    });

    test('wait: it is not sent again', async () => {
      await put('wait');
      receiver.answering = () => ({ status: 200 });
      await publishing.hurry();
      await until(async () => (await publishing.waitingJobs(name)) === 0);
      expect(receiver.received.length).toBe(1);
      expect((await stateOf())?.[0]).toBe('in_doubt');
    });

    test.each([
      ['has arrived', 200, ['done', 2, null], ['POST', 'GET']],
      ['has not arrived', 404, ['done', 2, null], ['POST', 'GET', 'POST']],
    ])('ask: it %s', async (_, status, ended, methods) => {
      await put('ask');
      receiver.answering = ({ method }) => ({ status: method === 'GET' ? status : 200 });
      await publishing.hurry();
      await publishing.settled(name);
      expect(await stateOf()).toEqual(ended);
      expect(receiver.received.map(({ method }) => method)).toEqual(methods);
    });

    test('ask: it cannot be asked, and is asked again later', async () => {
      await put('ask');
      receiver.answering = () => ({ status: 500 });
      await publishing.hurry();
      await until(async () => (await stateOf())?.[1] === 2);
      expect(await stateOf()).toEqual(['failing', 2, expect.stringContaining('could not be asked')]);
      expect(receiver.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
    });
  });

  test('Redis loses everything: the sweeper wakes the lanes', async () => {
    receiver.answering = () => ({ status: 500 });
    await publishing.destination(name, { url: receiver.url });
    await publishing.live(order, 1);
    await until(async () => (await stateOf())?.[0] === 'failing');
    await publishing.inside.redis.flushdb();
    await publishing.inside.collections.effects.updateMany({}, { $set: { dueAt: new Date(0) } });
    receiver.answering = () => ({ status: 200 });
    await publishing.settled(name);
    expect((await stateOf())?.[0]).toBe('done');
  });

  test('after an outage, what failed is tried again at once, and not by its schedule', async () => {
    receiver.answering = () => ({ status: 500 });
    await publishing.destination(name, { url: receiver.url });
    await publishing.created(12);
    const { effects } = publishing.inside.collections;
    const failing = { destination: name, state: 'failing' } as const;
    await until(async () => (await effects.countDocuments(failing)) === 12);
    await effects.updateMany(failing, { $set: { dueAt: new Date(Date.now() + 3_600_000) } });
    receiver.answering = () => ({ status: 200 });
    // The first message that is accepted shows that the outage is over.
    await publishing.created(1);
    await publishing.settled(name);
    const sent = await publishing.effects({ destination: name });
    expect(sent.filter(({ attempts }) => attempts === 2)).toHaveLength(12);
    expect(sent.filter(({ attempts }) => attempts === 1)).toHaveLength(1);
  });

  test('after an outage, an attempt that began in it and fails later is tried again, too', async () => {
    receiver.answering = () => ({ status: 500 });
    await publishing.destination(name, { url: receiver.url, timeoutMs: 4000 });
    await publishing.created(12);
    const { effects } = publishing.inside.collections;
    const failing = { destination: name, state: 'failing' } as const;
    const inAnHour = () =>
      effects.updateMany(failing, { $set: { dueAt: new Date(Date.now() + 3_600_000) } }).exec();
    await until(async () => (await effects.countDocuments(failing)) === 12);
    await inAnHour();
    let isFirst = true;
    receiver.answering = () => {
      const status = isFirst ? 500 : 200;
      receiver.delayMs = isFirst ? 1000 : 0;
      isFirst = false;
      return { status };
    };
    await publishing.created(2);
    const fails = { destination: name, state: 'failing', attempts: 1 } as const;
    const others = { destination: name, state: 'done' } as const;
    await until(async () => (await effects.countDocuments(others)) === 13);
    await until(async () => (await effects.countDocuments(fails)) === 1);
    await inAnHour();
    await publishing.settled(name);
    expect(await effects.countDocuments(others)).toBe(14);
  });

  test('without an outage, one lane that failed waits for its schedule', async () => {
    receiver.answering = () => ({ status: 500 });
    await publishing.destination(name, { url: receiver.url });
    await publishing.created(1);
    await until(async () => (await stateOf())?.[0] === 'failing');
    receiver.answering = () => ({ status: 200 });
    await publishing.created(3);
    const { effects } = publishing.inside.collections;
    await until(async () => (await effects.countDocuments({ destination: name, state: 'done' })) === 3);
    expect((await stateOf())?.[0]).toBe('failing');
  });
});
