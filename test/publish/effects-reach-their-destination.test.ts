import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { Publishing } from './publishing.ts';
import { Receiver } from './receiver.ts';

describe('effects', () => {
  let publishing: Publishing;
  let receiver: Receiver;
  beforeAll(async () => {
    publishing = await Publishing.open();
    await publishing.start();
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    receiver = await Receiver.open();
  });
  afterEach(() => receiver.close());

  test('every change of an order is sent once, in its sequence, with the order as of that change', async () => {
    await publishing.destination('all', { url: receiver.url });
    const events = await publishing.live(1);
    await publishing.settled('all');
    const bodies = receiver.bodies;
    expect(bodies.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
    expect(bodies.map(({ data }) => data?.version)).toEqual(bodies.map(({ version }) => version));
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(events.length);
  });

  test('effects of a destination that was deleted half are skipped', async () => {
    await publishing.destination('gone', { url: receiver.url });
    const { destinations, effects } = publishing.inside.collections;
    await destinations.updateOne({ _id: 'gone' }, { $set: { state: 'paused' }, $inc: { revision: 1 } });
    await publishing.live(2, 3);
    await until(async () => (await effects.countDocuments({ destination: 'gone', open: true })) === 3);
    await destinations.deleteOne({ _id: 'gone' });
    await effects.updateMany({ destination: 'gone' }, { $set: { createdAt: new Date(0) } });
    await publishing.settled('gone');
    const ended = await publishing.effects({ destination: 'gone' });
    expect(ended.map(({ state, because }) => [state, because])).toEqual(
      Array.from({ length: 3 }, () => ['skipped', 'its destination was deleted']),
    );
  });
});
