import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
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
});
