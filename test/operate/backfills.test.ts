import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const REASON = { reason: 'a test of backfills' };
const TOKEN_KEYS = `test:${'5'.repeat(64)}`;

describe('a backfill', () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
  });
  afterAll(() => dashboard.stop());

  const ask = async (method: string, place: string, body: object) => {
    const token = await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return http(`${dashboard.url}/api${place}`, {
      method,
      headers,
      body: JSON.stringify({ ...REASON, ...body }),
    });
  };
  const put = (name: string, fields: object = {}) =>
    ask('PUT', `/destinations/${name}`, { url: 'https://erp.example.com/h', ...fields });
  const shown = async (name: string) =>
    (await dashboard.get(`/api/destinations/${name}`)).json as Record<string, unknown>;

  test('begins with a destination that is added: at the beginning, or at a time', async () => {
    expect((await put('all', { from: 'beginning' })).json).toMatchObject({
      did: 'added: it gets all changes from the beginning, and then what is new',
      backfillRate: 20,
      backfill: { from: null, orders: 0, about: null, effects: 0, endsAt: null, endedAt: null },
    });
    expect((await put('some', { from: '2026-11-01T01:00:00+01:00', backfillRate: 5 })).json).toMatchObject({
      did: 'added: it gets the changes since 2026-11-01T00:00:00.000Z, and then what is new',
      backfillRate: 5,
      backfill: { from: '2026-11-01T00:00:00.000Z' },
    });
    expect((await put('none')).json).toMatchObject({ backfill: null });
  });

  test.each([
    ['yesterday', 'not `beginning` or an ISO 8601 time with a zone'],
    ['2026-11-01T00:00:00', 'not `beginning` or an ISO 8601 time with a zone'],
    ['2999-01-01T00:00:00Z', 'is in the future'],
    [5, 'not `beginning` or an ISO 8601 time with a zone'],
  ])('cannot begin at %j', async (from, words) => {
    const { status, json } = await put('wrong', { from });
    expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining(words)]);
    expect((await ask('POST', '/destinations/none/backfill', { from })).status).toBe(400);
    expect((await dashboard.get('/api/destinations/wrong')).status).toBe(404);
  });

  test.each([0, 1.5, 1001, '20'])('has no rate of %j', async (backfillRate) => {
    expect((await put('wrong', { backfillRate })).status).toBe(400);
  });

  test('may change the rate; an impossible one changes nothing', async () => {
    await put('fast', { backfillRate: 7 });
    const wrong = await ask('POST', '/destinations/fast/backfill', { from: 'beginning', rate: 0 });
    expect(wrong.json).toMatchObject({ status: 400, errors: [{ pointer: '#/rate' }] });
    expect(await shown('fast')).toMatchObject({ backfill: null, backfillRate: 7 });
    await ask('POST', '/destinations/fast/backfill', { from: 'beginning', rate: 50 });
    expect(await shown('fast')).toMatchObject({ backfill: { from: null }, backfillRate: 50 });
  });

  test('of a destination that exists is started by a request of its own', async () => {
    await put('later');
    expect((await put('later', { from: 'beginning' })).status).toBe(400);
    expect((await ask('POST', '/destinations/later/backfill', {})).status).toBe(400);
    const started = await ask('POST', '/destinations/later/backfill', { from: '2026-11-01T00:00:00Z' });
    expect(started.json).toMatchObject({
      did: 'started to send the changes since 2026-11-01T00:00:00.000Z',
      revision: 2,
      backfill: { endedAt: null },
    });
    expect((await ask('POST', '/destinations/later/backfill', { from: 'beginning' })).status).toBe(409);
    expect((await ask('POST', '/destinations/nowhere/backfill', { from: 'beginning' })).status).toBe(404);
    // A change of settings does not touch it.
    expect((await put('later', { concurrency: 3 })).json).toMatchObject({ backfill: { orders: 0 } });
  });

  test('says how far it is, and when it will end; not while the destination is paused', async () => {
    await put('far', { from: 'beginning' });
    const movedAt = new Date();
    const since = new Date(movedAt.getTime() - 100_000);
    const far = { since, movedAt, orders: 1000, about: 3000, effects: 7000 };
    const set = Object.fromEntries(Object.entries(far).map(([name, value]) => [`backfill.${name}`, value]));
    await dashboard.collections.destinations.updateOne({ _id: 'far' }, { $set: set });
    const { backfill } = (await shown('far')) as { backfill: { endsAt: string } };
    expect(backfill).toMatchObject({ orders: 1000, about: 3000, effects: 7000, endedAt: null });
    // 1,000 orders took 100 s.
    const leftMs = Date.parse(backfill.endsAt) - Date.now();
    expect(leftMs).toBeGreaterThan(190_000);
    expect(leftMs).toBeLessThan(201_000);
    await ask('POST', '/destinations/far/pause', {});
    expect(await shown('far')).toMatchObject({ state: 'paused', backfill: { endsAt: null, orders: 1000 } });
  });
});
