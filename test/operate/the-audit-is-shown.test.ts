import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedDashboard } from './served-dashboard.ts';

interface Entry {
  number: number;
  action: string;
  outcome: string;
}

describe('the audit over the API', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    const body = { name: 'bob', role: 'viewer', reason: 'he is new' };
    for (let i = 0; i < 4; i += 1) await dashboard.post('/api/tokens', body, 'admin');
    await dashboard.post('/api/queues/0/pause', { reason: 'to look' }, 'viewer');
    await dashboard.post('/api/queues/99/pause', { reason: 'to look' }, 'operator');
  });
  afterAll(() => dashboard.stop());

  const numbers = (json: Record<string, unknown>) => (json.entries as Entry[]).map(({ number }) => number);

  test('shows who did what to what, why, and how it ended; newest first', async () => {
    const { entries } = (await dashboard.get('/api/audit')).json as unknown as { entries: Entry[] };
    expect(entries).toMatchObject([
      { number: 6, action: 'queue.pause', role: 'operator', outcome: 'refused', reason: 'to look' },
      {
        number: 5,
        action: 'queue.pause',
        role: 'viewer',
        outcome: 'refused',
        detail: 'the role operator is needed',
      },
      {
        number: 4,
        action: 'token.mint',
        role: 'admin',
        outcome: 'done',
        target: 'token for bob',
        who: 'test',
      },
      { number: 3 },
      { number: 2 },
      { number: 1 },
    ]);
  });

  test('has pages, without missing or repeating an entry', async () => {
    const first = await dashboard.get('/api/audit?limit=4');
    const next = await dashboard.get(`/api/audit?limit=4&cursor=${String(first.json.cursor)}`);
    expect([...numbers(first.json), ...numbers(next.json)]).toEqual([6, 5, 4, 3, 2, 1]);
    expect(next.json.cursor).toBeNull();
  });

  test.each(['cursor=x', 'cursor=-1', 'cursor=1e9', 'cursor=', 'action=lock.break', 'who[$ne]=x', 'limit=0'])(
    '%s is a bad request',
    async (query) => {
      expect((await dashboard.get(`/api/audit?${query}`)).status).toBe(400);
    },
  );

  test('says whether it is unchanged', async () => {
    const chain = async () => (await dashboard.get('/api/audit/chain')).json;
    expect(await chain()).toEqual({ whole: true, entries: 6, brokenAt: null, signedFrom: 1 });
    const { hash } = (await dashboard.collections.audit.findById(6).lean())!;
    const against = async (head: string) => (await dashboard.get(`/api/audit/chain?head=${head}`)).json.whole;
    expect(await against(`6:${hash}`)).toBe(true);
    expect(await against(`6:${'0'.repeat(64)}`)).toBe(false);
    expect(await against(`7:${hash}`)).toBe(false);
    expect((await dashboard.get('/api/audit/chain?head=7')).status).toBe(400);
    await dashboard.collections.audit.collection.updateOne({ _id: 5 as never }, { $set: { who: 'nobody' } });
    expect(await chain()).toEqual({ whole: false, entries: 6, brokenAt: 5, signedFrom: 1 });
  });
});
