import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WEEKDAYS } from '../../src/system/pause-windows.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';
import { storedEffect, storeEffects, TOKEN_KEYS } from './stored-effects.ts';

const REASON = { reason: 'a test of destinations' };
const NIGHT = { from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' };

describe('when destinations pause and end', () => {
  let dashboard: ServedDashboard;
  let effects = 0;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
  });
  afterAll(() => dashboard.stop());

  const ask = async (method: string, place: string, body: object): Promise<HttpAnswer> => {
    const token = await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return await http(`${dashboard.url}/api${place}`, { method, headers, body: JSON.stringify(body) });
  };
  const put = (name: string, fields: object = {}) =>
    ask('PUT', `/destinations/${name}`, { url: 'https://erp.example.com/h', ...REASON, ...fields });
  const shown = async (name: string) => (await dashboard.get(`/api/destinations/${name}`)).json;
  const waits = async (destination: string) =>
    await storeEffects(dashboard.collections, [storedEffect((effects += 1), { destination })]);
  /** By UTC. @param days from now */
  const dayIn = (days: number) => WEEKDAYS[(new Date().getUTCDay() + 6 + days) % 7];

  test.each<[string, object, string, RegExp]>([
    ['an unknown zone', { timeZone: 'Europe/Berlni' }, 'pauseWindows/0/timeZone', /such as Europe.Berlin/],
    ['a fixed offset', { timeZone: '+02:00' }, 'pauseWindows/0/timeZone', /name of a time zone/],
    ['no zone', { timeZone: undefined }, 'pauseWindows/0/timeZone', /./],
    ['an hour of one digit', { from: '2:00' }, 'pauseWindows/0/from', /00:00 to 23:59/],
    ['a begin at 24:00', { from: '24:00' }, 'pauseWindows/0/from', /00:00 to 23:59/],
    ['an end after 24:00', { to: '24:01' }, 'pauseWindows/0/to', /00:00 to 24:00/],
    ['no length', { to: '02:00' }, 'pauseWindows/0/to', /a whole day is 00:00 to 24:00/],
    ['an empty list of days', { days: [] }, 'pauseWindows/0/days', /at least one day/],
    ['an unknown day', { days: ['monday'] }, 'pauseWindows/0/days/0', /mon/],
    ['a field that is not known', { on: true }, 'pauseWindows/0/on', /unknown/],
    ['every day, all day', { from: '00:00', to: '24:00' }, 'pauseWindows', /cover the whole week/],
  ])('a pause window with %s is refused', async (_what, fields, field, detail) => {
    const { status, json } = await put('windows', { pauseWindows: [{ ...NIGHT, ...fields }] });
    expect([status, json.errors]).toEqual([
      400,
      [{ pointer: `#/${field}`, detail: expect.stringMatching(detail) }],
    ]);
  });

  test('within a window: until when, that nobody asks the other side, and no alarm', async () => {
    const days = [dayIn(-1 + 7), dayIn(0), dayIn(1)];
    const whole = { days, from: '00:00', to: '24:00' };
    const { json } = await put('held', { pauseWindows: [{ ...whole, timeZone: 'utc' }] });
    expect(json.pauseWindows).toEqual([{ ...whole, timeZone: 'UTC' }]);
    await waits('held');
    expect(await shown('held')).toMatchObject({
      state: 'active',
      phase: 'window',
      window: {
        endsAt: expect.stringMatching(/T00:00:00.000Z$/),
        clock: expect.stringMatching(/00:00 UTC$/),
      },
      backlog: {
        circuit: { state: 'not_asked' },
        oldest: { heldMs: expect.any(Number) },
        goneInMs: null,
        goneUnknown: expect.stringMatching(/^nothing is sent until (\w{3} )?00:00 UTC, by its pause window$/),
      },
    });
    const paused = (await ask('POST', '/destinations/held/pause', REASON)).json;
    const notAsked = { circuit: { state: 'not_asked' } };
    expect(paused).toMatchObject({ phase: 'paused', window: null, backlog: notAsked });
    expect((await put('held')).json).toMatchObject({ pauseWindows: [], phase: 'paused' });
    const resumed = (await ask('POST', '/destinations/held/resume', REASON)).json;
    expect(resumed).toMatchObject({ phase: 'active', backlog: { circuit: { state: 'closed' } } });
  });

  test('an end: a new one must be in the future, one that exists may end at once', async () => {
    expect((await put('short', { until: '2026-01-01T00:00:00Z' })).json.errors).toEqual([
      { pointer: '#/until', detail: 'is in the past' },
    ]);
    expect((await put('short', { until: 'tomorrow' })).json.errors).toEqual([
      { pointer: '#/until', detail: 'not an ISO 8601 time with a zone' },
    ]);
    const until = '2036-11-27T10:00:00.000Z';
    const later = (await put('short', { until: '2036-11-27T11:00:00+01:00' })).json;
    expect(later).toMatchObject({ until, phase: 'active' });
    await waits('short');
    const ended = '2026-01-01T00:00:00.000Z';
    expect((await put('short', { until: ended })).json).toMatchObject({ until: ended, phase: 'ending' });
    await ask('POST', '/effects/skip', { filter: { destination: 'short' }, ...REASON });
    const backlog = { circuit: { state: 'not_asked' }, goneInMs: 0 };
    expect(await shown('short')).toMatchObject({ phase: 'ended', backlog });
    for (const [act, body] of [
      ['backfill', { from: 'beginning' }],
      ['repair', { orders: ['example.myshopify.com/1'] }],
    ] as const) {
      const refused = await ask('POST', `/destinations/short/${act}`, { ...body, ...REASON });
      const detail = expect.stringContaining(`it ended ${ended} and gets no new effects`);
      expect([refused.status, refused.json.detail]).toEqual([409, detail]);
    }
    expect((await put('short', { until: null })).json).toMatchObject({ until: null, phase: 'active' });
  });
});
