import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mintToken, tokenId } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const mint = (hours = 1) => mintToken(JWT_SECRET, { name: 'ada', role: 'operator' }, hours);

describe('everything made from a token ends with it', () => {
  let dashboard: ServedDashboard;
  /** A second process over the same databases. */
  let other: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    other = await ServedDashboard.start(dashboard.names);
  });
  beforeEach(() => dashboard.restart());
  afterAll(async () => {
    await other.stop();
    await dashboard.stop();
  });

  /** A session's cookie, as the browser sends it back. */
  const begun = async (given: object) => {
    const { headers } = await dashboard.tell('/api/session', given);
    return String((headers['set-cookie'] as string[])[0]).split(';')[0] ?? '';
  };
  const ask = (cookie: string, url = dashboard.url) => http(`${url}/api/session`, { headers: { cookie } });
  const link = (cookie: string) =>
    dashboard.tell('/api/session/once', {}, { cookie, 'sec-fetch-site': 'same-origin' });
  /** A session from a link that a session made. */
  const linked = async (cookie: string) => begun({ once: (await link(cookie)).json.code });
  const revoke = async (id: string) => {
    // It is recorded when it is first seen, asynchronously.
    await until(async () => (await dashboard.collections.tokens.countDocuments({ _id: id })) === 1);
    await dashboard.post(`/api/tokens/${id}/revoke`, { reason: 'lost' }, 'admin');
  };
  const statusesOf = (cookies: string[]) =>
    Promise.all(cookies.map(async (cookie) => (await ask(cookie)).status));
  const idOf = (cookie: string) => tokenId(cookie.replace('lockstep_session=', ''));

  test('over any number of links: revoked here at once, elsewhere soon, and still after a restart', async () => {
    const token = await mint(0.02);
    const first = await begun({ token });
    const second = await linked(first);
    const third = await linked(second);
    for (const cookie of [first, second, third]) {
      const { expiresAt } = (await ask(cookie)).json;
      expect(Date.parse(String(expiresAt)) - Date.now()).toBeLessThan(72_000);
    }
    await revoke(tokenId(token));
    expect(await statusesOf([first, second, third])).toEqual([401, 401, 401]);
    await until(async () => (await ask(third, other.url)).status === 401);
    await dashboard.restart();
    expect(await statusesOf([first, second, third])).toEqual([401, 401, 401]);
  });

  test('even a link that was made and not used yet', async () => {
    const token = await mint();
    const { json } = await link(await begun({ token }));
    await revoke(tokenId(token));
    const { status, json: refused } = await dashboard.tell('/api/session', { once: json.code });
    expect([status, refused.detail]).toEqual([401, 'this token was revoked']);
  });

  test('everything made from a session ends with it, and what it was made from stays', async () => {
    const token = await mint();
    const first = await begun({ token });
    const second = await linked(first);
    const third = await linked(second);
    const { json } = await dashboard.get('/api/tokens', 'admin');
    const row = (json.sessions as { id: string }[]).find(({ id }) => id === idOf(second));
    expect(row).toMatchObject({ kind: 'session', root: tokenId(token) });
    await revoke(idOf(second));
    expect(await statusesOf([first, second, third])).toEqual([200, 401, 401]);
  });

  test('signing out ends the sessions from links of that session', async () => {
    const first = await begun({ token: await mint() });
    const second = await linked(first);
    const headers = { cookie: first, 'sec-fetch-site': 'same-origin' };
    await http(`${dashboard.url}/api/session`, { method: 'DELETE', headers });
    expect(await statusesOf([first, second])).toEqual([401, 401]);
  });

  test('a revocation is remembered as long as sessions made from the token may live', async () => {
    const token = await mint(0.01);
    await begun({ token });
    await revoke(tokenId(token));
    const kept = await dashboard.collections.tokens.findById(tokenId(token)).lean();
    expect(Number(kept?.expiresAt) - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
  });

  test('a chain of links ends after ten', async () => {
    let cookie = await begun({ token: await mint() });
    for (let hop = 0; hop < 10; hop += 1) {
      cookie = await linked(cookie);
      // Ten links a minute are allowed; that limit is not the reason.
      await dashboard.restart();
    }
    const { status, json } = await link(cookie);
    expect([status, json.detail]).toEqual([409, expect.stringContaining('sign in with a token')]);
  });

  test('the audit names the token that was used, and what it comes from', async () => {
    const token = await mint();
    const cookie = await begun({ token });
    await dashboard.tell('/api/session/once', {}, { authorization: `Bearer ${token}` });
    await link(cookie);
    const { json } = await dashboard.get('/api/audit?limit=3');
    expect(json.entries).toMatchObject([
      { action: 'token.mint', token: idOf(cookie), root: tokenId(token) },
      { action: 'token.mint', token: tokenId(token), root: null },
      { action: 'session.begin', token: tokenId(token), root: null },
    ]);
  });
});
