import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Role } from '../../src/system/roles.ts';
import { mintToken, readToken, tokenId, type TokenKind } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const mint = (role: Role = 'operator', kind: TokenKind = 'token', hours = 1) =>
  mintToken(JWT_SECRET, { name: 'ada', role, kind }, hours);

describe('signing in', () => {
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

  const signIn = (given: object, headers: Record<string, string> = {}) =>
    dashboard.tell('/api/session', given, headers);
  const cookieOf = (headers: Record<string, unknown>) => String((headers['set-cookie'] as string[])[0]);
  /** A session as the browser sends it back. */
  const session = async (role: Role = 'operator') => {
    const { headers } = await signIn({ token: await mint(role) });
    return cookieOf(headers).split(';')[0] ?? '';
  };
  const ask = (cookie: string, method = 'GET', headers: Record<string, string> = {}) =>
    http(`${dashboard.url}/api/session`, { method, headers: { cookie, ...headers } });
  const lastActs = () => dashboard.collections.audit.find().sort({ _id: -1 }).limit(1).lean();

  test('a token is exchanged for a session in a cookie that no script and no other site gets', async () => {
    const token = await mint('operator');
    const { status, json, headers } = await signIn({ token });
    expect({ status, json }).toMatchObject({ status: 200, json: { name: 'ada', role: 'operator' } });
    const cookie = cookieOf(headers);
    expect(cookie).toMatch(/^lockstep_session=[\w.-]+; Max-Age=\d+; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(token);
    const answer = await ask(cookie.split(';')[0] ?? '');
    expect([answer.status, answer.json.role]).toEqual([200, 'operator']);
    expect(await lastActs()).toMatchObject([
      { action: 'session.begin', who: 'ada', role: 'operator', target: `token ${tokenId(token)}` },
    ]);
  });

  test('a session lives as long as its token, and at most 12 hours', async () => {
    const ages = [];
    for (const hours of [0.5, 100]) {
      const { headers } = await signIn({ token: await mint('viewer', 'token', hours) });
      ages.push(Number(/Max-Age=(\d+)/.exec(cookieOf(headers))?.[1]));
    }
    expect(Math.abs((ages[0] ?? 0) - 1800)).toBeLessThan(10);
    expect(Math.abs((ages[1] ?? 0) - 12 * 3600)).toBeLessThan(10);
  });

  test.each(['https', 'https, http'])(
    'over %s the cookie is Secure, and of this host only',
    async (proto) => {
      const over = { 'x-forwarded-proto': proto };
      const cookie = cookieOf((await signIn({ token: await mint() }, over)).headers);
      expect(cookie).toMatch(/^__Host-lockstep_session=.*; Path=\/; Secure$/);
      const pair = cookie.split(';')[0] ?? '';
      expect((await ask(pair, 'GET', over)).status).toBe(200);
      // Cookies that an http page or another host of the domain could have set are ignored.
      expect((await ask(pair.replace('__Host-', ''), 'GET', over)).status).toBe(401);
      const out = await ask(pair, 'DELETE', { ...over, 'sec-fetch-site': 'same-origin' });
      expect(cookieOf(out.headers)).toMatch(/^__Host-lockstep_session=; Max-Age=0;/);
      expect((await ask(pair, 'GET', over)).status).toBe(401);
    },
  );

  test('of several cookies of that name the valid one counts, wherever it is', async () => {
    const [good, other, gone] = [await session(), 'lockstep_session=of-another-person', 'lockstep_session='];
    for (const cookie of [`${other}; ${good}`, `${good}; ${other}`, `${gone}; x=1; ${other}; ${good}`])
      expect([cookie, (await ask(cookie)).status]).toEqual([cookie, 200]);
    expect((await ask(`${other}; ${gone}`)).status).toBe(401);
  });

  test('a session is not a bearer token, and a token is not a session', async () => {
    const cookie = await session();
    const value = cookie.replace('lockstep_session=', '');
    expect((await dashboard.getWith('/api/session', value)).status).toBe(401);
    expect((await ask(`lockstep_session=${await mint()}`)).status).toBe(401);
  });

  const inAMoment = -0.001;
  test.each<[string, () => Promise<object>, string]>([
    ['over', async () => ({ token: await mint('admin', 'token', inAMoment) }), 'expired'],
    ['of a session', async () => ({ token: await mint('admin', 'session') }), 'forged'],
    ['of a one-time link', async () => ({ token: await mint('admin', 'once') }), 'forged'],
    ['not a code but a token', async () => ({ once: await mint('admin') }), 'forged'],
    ['garbage', () => Promise.resolve({ token: 'e30.e30.e30' }), 'forged'],
    [
      'signed otherwise',
      async () => ({ token: await mintToken('x'.repeat(32), { name: 'eve', role: 'admin' }, 1) }),
      'forged',
    ],
    ['unsigned', () => Promise.resolve({ token: unsigned() }), 'forged'],
  ])('a token that is %s: 401, and the audit says why, without it', async (_case, given, why) => {
    const body = await given();
    const { status, headers } = await signIn(body);
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    const [act] = await lastActs();
    expect(act).toMatchObject({ action: 'session.refuse', outcome: 'refused', detail: why, role: 'none' });
    expect(JSON.stringify(act)).not.toContain(String(Object.values(body)[0]));
  });

  test.each([{}, { token: '' }, { token: 1 }, { token: 'x', once: 'x' }, []])(
    'an invalid sign-in is a bad request: %j',
    async (body) => {
      expect((await signIn(body)).status).toBe(400);
    },
  );

  test('so is a text that is too long to be a token', async () => {
    expect((await signIn({ token: 'x'.repeat(4001) })).status).toBe(400);
  });

  test('a one-time link signs in once, and then says what to do', async () => {
    const once = await mint('operator', 'once', 0.25);
    expect((await signIn({ once })).json).toMatchObject({ name: 'ada', role: 'operator' });
    const again = await signIn({ once });
    expect([again.status, again.json.detail]).toEqual([
      401,
      'this link was already used; "npm run ops -- sign-in" prints another link',
    ]);
    expect(await lastActs()).toMatchObject([{ action: 'session.refuse', detail: 'used before' }]);
  });

  test('if many use a link at the same time, in two processes, only one gets in', async () => {
    const once = await mint('operator', 'once', 0.25);
    const tries = Array.from({ length: 8 }, (_, i) =>
      (i % 2 ? dashboard : other).tell('/api/session', { once }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
  });

  test("a link's session is for the person it was made for, and ends with the token that it comes from", async () => {
    const made = await dashboard.post('/api/session/once', {}, 'viewer');
    expect(made.json.url).toBe(`${dashboard.url}/sign-in#once=${String(made.json.code)}`);
    const { json, headers } = await signIn({ once: made.json.code });
    expect(json).toMatchObject({ name: 'test', role: 'viewer' });
    const age = Number(/Max-Age=(\d+)/.exec(cookieOf(headers))?.[1]);
    expect(Math.abs(age - 3600)).toBeLessThan(10);
  });

  test('a link without a token behind it, as `npm start` prints, starts a session of 12 hours', async () => {
    const { headers } = await signIn({ once: await mint('admin', 'once', 0.25) });
    expect(Number(/Max-Age=(\d+)/.exec(cookieOf(headers))?.[1])).toBeGreaterThan(12 * 3600 - 10);
  });

  test('the code of a link is not a bearer token', async () => {
    expect((await dashboard.getWith('/api/status', await mint('admin', 'once', 0.25))).status).toBe(401);
  });

  test('more than ten attempts a minute with one token: 429 that says when to try again', async () => {
    const token = await mint();
    const statuses = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await signIn({ token })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
    expect(Number((await signIn({ token })).headers['retry-after'])).toBeGreaterThan(0);
    expect((await dashboard.get('/api/status')).status).toBe(200);
    expect((await signIn({ token: await mint() })).status).toBe(200);
  });

  test('more than ten guesses a minute: 429 for guesses, but not for known callers', async () => {
    const statuses = [];
    const tries = ['e30.e30.e30', await mintToken('x'.repeat(32), { name: 'eve', role: 'admin' }, 1)];
    // A header that claims another address is not trusted.
    for (let i = 0; i < 12; i += 1)
      statuses.push((await signIn({ token: tries[i % 2] }, { 'x-forwarded-for': `10.0.0.${i}` })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    expect((await signIn({ token: await mint() })).status).toBe(200);
    expect((await signIn({ once: await mint('viewer', 'once') })).status).toBe(200);
    expect((await signIn({ token: await mint('admin', 'token', -0.001) })).status).toBe(429);
  });

  test('a body that is too long to be a sign-in is not read', async () => {
    expect((await signIn({ token: 'x'.repeat(9000) })).status).toBe(413);
  });

  test('signing out ends the session, even for someone who kept its cookie', async () => {
    const cookie = await session();
    const { status, headers } = await ask(cookie, 'DELETE', { 'sec-fetch-site': 'same-origin' });
    expect([status, cookieOf(headers)]).toEqual([
      200,
      'lockstep_session=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/',
    ]);
    expect((await ask(cookie)).status).toBe(401);
  });

  test.each<[Record<string, string>, number]>([
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: '<own>' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site', origin: '<own>' }, 403],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://localhost:1' }, 403],
    [{ origin: 'null' }, 403],
    [{}, 403],
  ])('a change with a cookie and %j: %i', async (given, expected) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace('<own>', dashboard.url)]),
    );
    const cookie = await session();
    const answer = await dashboard.tell('/api/session/once', {}, { cookie, ...headers });
    expect(answer.status).toBe(expected);
  });

  test('a token in the header needs no check: another site cannot send it', async () => {
    const authorization = `Bearer ${await mint()}`;
    const headers = { authorization, 'sec-fetch-site': 'cross-site', cookie: await session() };
    expect((await dashboard.tell('/api/session/once', {}, headers)).status).toBe(200);
  });

  test('another site cannot sign a person in under another name', async () => {
    const headers = { origin: 'https://evil.example' };
    expect((await signIn({ token: await mint() }, headers)).status).toBe(403);
  });

  test('a revoked token ends with its sessions: here at once, in other processes soon', async () => {
    const token = await mint('operator');
    const { headers } = await signIn({ token });
    const cookie = cookieOf(headers).split(';')[0] ?? '';
    expect((await other.getWith('/api/session', token)).status).toBe(200);
    await until(
      async () => (await dashboard.collections.tokens.countDocuments({ _id: tokenId(token) })) === 1,
    );
    const place = `/api/tokens/${tokenId(token)}/revoke`;
    expect((await dashboard.post(place, { reason: 'lost' }, 'admin')).json.did).toMatch(/^revoked, /);
    expect((await dashboard.getWith('/api/session', token)).status).toBe(401);
    expect((await ask(cookie)).status).toBe(401);
    expect((await signIn({ token })).json.detail).toBe('this token was revoked');
    await until(async () => (await other.getWith('/api/session', token)).status === 401);
    expect((await dashboard.post(place, { reason: 'lost' }, 'admin')).json.did).toMatch(/already revoked/);
  });

  test('tokens are minted for others, listed by id, and never shown again', async () => {
    const body = { name: 'bob', role: 'viewer', hours: 2, reason: 'he is new' };
    const minted = await dashboard.post('/api/tokens', body, 'admin');
    const token = String(minted.json.token);
    expect(await readToken(JWT_SECRET, token)).toMatchObject({ name: 'bob', role: 'viewer', kind: 'token' });
    const [act] = await dashboard.collections.audit
      .find({ action: 'token.mint' })
      .sort({ _id: -1 })
      .limit(1)
      .lean();
    expect(act).toMatchObject({ target: 'token for bob', reason: 'he is new', outcome: 'done' });
    expect(JSON.stringify(act)).not.toContain(token);
    const { text, json } = await dashboard.get('/api/tokens', 'admin');
    const row = (json.tokens as { id: string }[]).find(({ id }) => id === tokenId(token));
    expect(row).toMatchObject({ name: 'bob', role: 'viewer', kind: 'token', revokedAt: null });
    expect(text).not.toContain(token);
  });

  test('a token that was never seen can be revoked: it is refused from its first use on, everywhere', async () => {
    const token = await mint('operator');
    const place = `/api/tokens/${tokenId(token)}/revoke`;
    expect((await dashboard.post(place, { reason: 'lost' }, 'admin')).json.did).toMatch(/^revoked, /);
    expect((await dashboard.post(place, { reason: 'lost' }, 'admin')).json.did).toMatch(/already revoked/);
    expect((await dashboard.getWith('/api/session', token)).status).toBe(401);
    await until(async () => (await other.getWith('/api/session', token)).status === 401);
    const { json } = await dashboard.get('/api/tokens', 'admin');
    const row = (json.tokens as { id: string }[]).find(({ id }) => id === tokenId(token));
    expect(row).toMatchObject({ name: 'never seen', role: null, revokedBy: 'test' });
  });

  test('a refused change is audited, with who asked for what', async () => {
    await dashboard.post('/api/tokens', { name: 'me', role: 'admin', reason: 'I want it' }, 'operator');
    expect(await lastActs()).toMatchObject([
      {
        action: 'token.mint',
        target: 'token for me',
        role: 'operator',
        outcome: 'refused',
        reason: 'I want it',
      },
    ]);
  });
});

function unsigned(): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 3600;
  return `${encode({ alg: 'none' })}.${encode({ role: 'admin', iss: 'lockstep', sub: 'eve', exp })}.`;
}
