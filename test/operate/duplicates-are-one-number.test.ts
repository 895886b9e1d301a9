import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { keyOf, waitingEvent } from '../support/waiting-event.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const AGAIN = 399;
/** Once, the timeline said 399 and the event 0, for the same event. */
describe('duplicates', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
  });
  afterAll(() => stories.stop());

  test('an event with 399 duplicates says so in its timeline, its own answer and the list', async () => {
    const key = keyOf('4242');
    const event = waitingEvent('orders/create', { id: 4242, name: '#1' }, { order: key });
    const send = () => stories.inside.depositor.deposit(event, null);
    await send();
    await stories.drain(key);
    for (let i = 0; i < AGAIN; i += 1) await send();
    const shown = async () => {
      const [timeline, one, list] = await Promise.all([
        stories.get(`/orders/${key}/timeline`),
        stories.get(`/events/${event.id}`),
        stories.get('/events'),
      ]);
      const first = (rows: unknown) => (rows as { duplicates: number }[])[0]?.duplicates;
      return [first(timeline.json.entries), one.json.duplicates, first(list.json.events)];
    };
    expect(await shown()).toEqual([AGAIN, AGAIN, AGAIN]);
    // After the claim has expired, the journal's number is shown everywhere.
    await stories.inside.redis.del(stories.inside.keys.dedupe(event.id));
    await stories.inside.collections.events.updateOne({ _id: event.id }, { $set: { duplicates: 3 } });
    expect(await shown()).toEqual([3, 3, 3]);
  });
});
