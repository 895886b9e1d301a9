import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

/** SameSite lets other ports and subdomains send the cookie: they may not even read with it. */
describe("the session's cookie is for our own pages", () => {
  let dashboard: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
  });
  afterAll(() => dashboard.stop());

  const session = async () => {
    const token = await mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, 1);
    const { headers } = await dashboard.tell('/api/session', { token });
    return String((headers['set-cookie'] as string[])[0]).split(';')[0] ?? '';
  };

  test.each([
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    // A browser that is too old to send these headers: only a request that writes is refused.
    [{}, 200],
    [{ referer: '<own>/orders' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin, cross-site' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ referer: 'http://localhost:1/page' }, 403],
    [{ referer: 'nowhere' }, 403],
  ])('a read with a cookie and %j, of any route: %i', async (given, expected) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('<own>', dashboard.url)]),
    );
    const cookie = await session();
    for (const place of ['/api/session', '/api/status', '/api/nothing', '/docs', '/queues/raw/api/queues'])
      for (const method of ['GET', 'HEAD']) {
        const { status } = await http(`${dashboard.url}${place}`, {
          method,
          headers: { cookie, ...headers },
        });
        expect([place, method, status]).toEqual([
          place,
          method,
          expected === 200 && place === '/api/nothing' ? 404 : expected,
        ]);
      }
  });

  test.each([
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{}, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 404],
  ])('a read that writes to the audit log, with a cookie and %j: %i', async (headers, expected) => {
    const cookie = await session();
    const count = () => dashboard.collections.audit.countDocuments({ action: 'event.unmask' });
    const before = await count();
    const place = `/api/events/${'ab'.repeat(32)}?payload=1&reason=written+by+another+page`;
    for (const method of ['GET', 'HEAD']) {
      const asked = { method, headers: { cookie, ...headers } };
      expect((await http(`${dashboard.url}${place}`, asked)).status).toBe(expected);
    }
    expect((await count()) - before).toBe(expected === 403 ? 0 : 2);
  });
});
