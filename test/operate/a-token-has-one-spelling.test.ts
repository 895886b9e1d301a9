import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mintToken, readToken, tokenId, type TokenKind } from '../../src/system/tokens.ts';
import { http } from '../support/http.ts';
import { until } from '../support/until.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const reason = 'lost';

/** With the unused bits of its last character changed. */
function lastBits(text: string, bits: number): string {
  const last = ALPHABET.indexOf(text.at(-1) ?? '');
  return text.slice(0, -1) + (ALPHABET[last ^ bits] ?? '');
}

/** Texts that a lenient reader decodes to the same header, claims and signature. */
const SPELLINGS: Record<string, (token: string) => string> = {
  'the last character, ^1': (token) => lastBits(token, 1),
  'the last character, ^2': (token) => lastBits(token, 2),
  'the last character, ^3': (token) => lastBits(token, 3),
  'padding after the signature': (token) => `${token}=`,
  'padding after the header': (token) => token.replace('.', '=.'),
  'padding after the claims': (token) => token.replace(/\.(?=[^.]*$)/, '=.'),
  'the other alphabet': (token) => token.replaceAll('-', '+').replaceAll('_', '/'),
  'white space inside the signature': (token) => `${token.slice(0, -5)}\t${token.slice(-5)}`,
  'white space before it': (token) => ` ${token}`,
  'white space after it': (token) => `${token}\n`,
  'a dot after it': (token) => `${token}.`,
  quotes: (token) => `"${token}"`,
};

/** A token whose base64url has both characters that the other alphabet writes differently. */
async function minted(kind: TokenKind = 'token', name = 'ada'): Promise<string> {
  for (;;) {
    const token = await mintToken(JWT_SECRET, { name, role: 'admin', kind }, 1);
    if (/[-_]/.test(token.split('.')[2] ?? '')) return token;
  }
}

describe('a token has one spelling and one id', () => {
  let dashboard: ServedDashboard;
  /** A second process over the same databases. */
  let other: ServedDashboard;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    other = await ServedDashboard.start(dashboard.names);
  });
  afterAll(async () => {
    await other.stop();
    await dashboard.stop();
  });

  const revoke = (id: string) => dashboard.post(`/api/tokens/${id}/revoke`, { reason }, 'admin');
  const signIn = (given: object) => dashboard.tell('/api/session', given);
  /** Guesses are limited to 10 a minute for an address: a restarted program counts from 0. */
  const statusOfGuess = async (given: object) => {
    const { status } = await signIn(given);
    if (status !== 429) return status;
    await dashboard.restart();
    return (await signIn(given)).status;
  };
  const begun = async (given: object) => {
    const { headers } = await signIn(given);
    return String((headers['set-cookie'] as string[])[0])
      .split(';')[0]!
      .replace('lockstep_session=', '');
  };
  /** Everything that a token opens, by header or cookie. Streams and foreign pages have the same guard. */
  const PLACES = [
    '/api/session',
    '/api/tokens',
    '/api/live',
    '/docs',
    '/queues/raw/api/queues',
    '/load-tests',
  ];
  const statusesWith = async (headers: Record<string, string>) =>
    await Promise.all(PLACES.map(async (place) => (await http(dashboard.url + place, { headers })).status));
  const all401 = PLACES.map(() => 401);
  const spelled = (token: string) =>
    Object.entries(SPELLINGS).map(([name, spell]) => [name, spell(token)] as const);

  test.each(Object.entries(SPELLINGS))('%s: the token is rejected', async (_name, spell) => {
    const token = await minted();
    expect(spell(token)).not.toBe(token);
    expect((await readToken(JWT_SECRET, spell(token))).outcome).toBe('forged');
    expect((await readToken(JWT_SECRET, token)).outcome).toBe('good');
  });

  test('its id comes from its signed part', async () => {
    const token = await minted();
    for (const bits of [1, 2, 3]) expect(tokenId(lastBits(token, bits))).toBe(tokenId(token));
  });

  test('a revoked token opens nothing, in no spelling: by header, and in the body of a sign-in', async () => {
    const token = await minted();
    await until(async () => (await dashboard.getWith('/api/session', token)).status === 200);
    expect((await revoke(tokenId(token))).status).toBe(200);
    for (const [name, text] of [...spelled(token), ['as it was', token] as const]) {
      // A header cannot contain line ends.
      const headers = { authorization: `Bearer ${text.replace('\n', ' ')}` };
      expect([name, await statusesWith(headers)]).toEqual([name, all401]);
      expect([name, await statusOfGuess({ token: text })]).toEqual([name, 401]);
    }
  });

  test('a session that has ended opens nothing, in no spelling of its cookie', async () => {
    const session = await begun({ token: await minted('token', 'grace') });
    const cookie = `lockstep_session=${session}`;
    const signOut = { method: 'DELETE', headers: { cookie, 'sec-fetch-site': 'same-origin' } };
    expect((await http(`${dashboard.url}/api/session`, signOut)).status).toBe(200);
    for (const [name, text] of [...spelled(session), ['as it was', session] as const]) {
      if (/[\n]/.test(text)) continue;
      const headers = { cookie: `lockstep_session=${text}`, 'sec-fetch-site': 'same-origin' };
      expect([name, await statusesWith(headers)]).toEqual([name, all401]);
    }
  });

  test('a link that was used is used in every spelling', async () => {
    const once = await minted('once');
    expect((await signIn({ once })).status).toBe(200);
    for (const [name, text] of [...spelled(once), ['as it was', once] as const])
      expect([name, await statusOfGuess({ once: text })]).toEqual([name, 401]);
  });

  test('sign-ins with one token count together, and its spellings do not sign in', async () => {
    const token = await minted();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i += 1) statuses.push((await signIn({ token })).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.slice(10)).toEqual([429, 429]);
  });

  test('a revocation is not forgotten, however many sign-outs follow, and the token stays listed', async () => {
    const token = await minted();
    await dashboard.getWith('/api/session', token);
    await until(
      async () => (await dashboard.collections.tokens.countDocuments({ _id: tokenId(token) })) === 1,
    );
    await revoke(tokenId(token));
    const later = Date.now() + 1000;
    const crowd = Array.from({ length: 10_500 }, (_, i) => ({
      _id: `crowd${i}`,
      name: 'eve',
      role: 'viewer' as const,
      kind: 'session' as const,
      firstSeenAt: new Date(later + i),
      lastSeenAt: new Date(later + i),
      expiresAt: new Date(later + 3_600_000),
      revokedAt: new Date(later + i),
      revokedBy: 'eve',
      usedAt: null,
    }));
    await dashboard.collections.tokens.insertMany(crowd);
    await dashboard.restart();
    expect((await dashboard.getWith('/api/session', token)).status).toBe(401);
    await until(async () => (await other.getWith('/api/session', token)).status === 401);
    const { json } = await dashboard.get('/api/tokens', 'admin');
    expect((json.tokens as { id: string }[]).some(({ id }) => id === tokenId(token))).toBe(true);
    expect((json.sessions as unknown[]).length).toBe(200);
  });
});
