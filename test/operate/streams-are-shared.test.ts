import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { until } from '../support/until.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const NDJSON = { accept: 'application/x-ndjson', authorization: 'Bearer viewer' };

describe('streams that their client does not read', () => {
  let stories: ServedStories;
  beforeAll(async () => {
    stories = await serveStories();
    const commit = {
      _id: 'x',
      order: 'a.myshopify.com/1',
      version: 1,
      committedAt: 0,
      changed: [] as string[],
    };
    const after = { status: 'created', financialStatus: null, fulfillmentStatus: null } as const;
    const event = { event: null, topic: 'lockstep/rebuilt', sequence: null, outcome: null, occurredAt: 0 };
    const events = Array.from({ length: 400 }, () => ({ ...event, before: null, after }));
    const block = {
      at: new Date(),
      shops: [],
      topics: [],
      commits: Array.from({ length: 20 }, () => ({ ...commit, events })),
    };
    await stories.inside.collections.changes.insertMany(
      Array.from({ length: 12 }, (_, i) => ({ ...block, _id: i + 1 })),
    );
  });
  afterAll(() => stories.stop());

  test('of one token are at most four, and the fifth is refused until one is closed', async () => {
    const ask = () => {
      const stop = new AbortController();
      const sent = fetch(`${stories.served.url}/api/changes`, { headers: NDJSON, signal: stop.signal });
      return { stop, sent };
    };
    const open = Array.from({ length: 4 }, ask);
    const answers = await Promise.all(open.map(({ sent }) => sent));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const fifth = await ask().sent;
    expect([fifth.status, await fifth.json()]).toEqual([429, expect.objectContaining({ code: 'too_many' })]);
    open[0]!.stop.abort();
    await until(async () => {
      const next = ask();
      const answer = await next.sent;
      if (answer.status !== 200) await answer.text();
      next.stop.abort();
      return answer.status === 200;
    }, 30_000);
    for (const { stop } of open) stop.abort();
  });

  test('are cut when their token is revoked', async () => {
    let answer = await fetch(`${stories.served.url}/api/changes`, { headers: NDJSON });
    // The streams of the test before may still be open.
    await until(async () => {
      if (answer.status === 200) return true;
      await answer.text();
      answer = await fetch(`${stories.served.url}/api/changes`, { headers: NDJSON });
      return false;
    });
    stories.served.isRevoked = true;
    await expect(answer.text()).rejects.toThrow(/terminated/);
    stories.served.isRevoked = false;
  });
});
