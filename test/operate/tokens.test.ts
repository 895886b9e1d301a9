import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { JWT_SECRET as SECRET } from '../../testkit/local/secrets.ts';
import { ROLES } from '../../src/system/roles.ts';
import { mayActAs } from '../../src/operate/sign-in/authorize.ts';
import { mintToken, readToken, tokenId, type TokenKind } from '../../src/system/tokens.ts';

const BEARER = { name: 'ada', role: 'viewer' } as const;

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token with any header and claims, signed as the header says or not at all. */
function crafted(header: object, claims: object, secret: string | null = SECRET): string {
  const front = `${encode(header)}.${encode(claims)}`;
  return `${front}.${secret === null ? '' : createHmac('sha256', secret).update(front).digest('base64url')}`;
}
const HS256 = { alg: 'HS256' };
const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const BOUND = 'lockstep-shops';
const SHOPS = ['a.myshopify.com', 'b.myshopify.com'];
const CLAIMS = { role: 'admin', iss: 'lockstep', aud: 'lockstep', sub: 'ada', exp: inAnHour };

describe('API tokens', () => {
  test.each(ROLES)('a token of the role %s is read as minted', async (role) => {
    const shops = role === 'source' ? ['example.myshopify.com'] : null;
    const token = await mintToken(SECRET, { name: 'ada', role, shops }, 1);
    const id = tokenId(token);
    const read = { outcome: 'good', id, kind: 'token', name: 'ada', role, line: [], root: id };
    expect(await readToken(SECRET, token)).toMatchObject(read);
  });

  test('the crafted tokens below would be valid without the crafted part', async () => {
    const token = crafted(HS256, CLAIMS);
    expect(await readToken(SECRET, token)).toEqual({
      outcome: 'good',
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      kind: 'token',
      name: 'ada',
      role: 'admin',
      shops: null,
      expiresAt: new Date(inAnHour * 1000),
      line: [],
      root: tokenId(token),
      rootEndsAt: new Date(inAnHour * 1000),
    });
  });

  test.each([
    ['for us', 'lockstep'],
    ['also for us', ['elsewhere', 'lockstep']],
  ])('a token that is %s is valid', async (_case, aud) => {
    expect((await readToken(SECRET, crafted(HS256, { ...CLAIMS, aud }))).outcome).toBe('good');
  });

  test.each([
    ['without an algorithm and a signature', crafted({ alg: 'none' }, CLAIMS, null)],
    ['without an algorithm, but signed', crafted({ alg: 'none' }, CLAIMS)],
    ['with another algorithm', crafted({ alg: 'HS512' }, CLAIMS)],
    ['with a public key algorithm', crafted({ alg: 'RS256' }, CLAIMS)],
    ['signed with another secret', crafted(HS256, CLAIMS, 'another-secret-that-has-32-characters')],
    ['with its signature cut off', crafted(HS256, CLAIMS, null)],
    ['from another issuer', crafted(HS256, { ...CLAIMS, iss: 'shopify' })],
    ['that never expires', crafted(HS256, { ...CLAIMS, exp: undefined })],
    ['without a name', crafted(HS256, { ...CLAIMS, sub: undefined })],
    ['without a role', crafted(HS256, { ...CLAIMS, role: undefined })],
    ['with an unknown role', crafted(HS256, { ...CLAIMS, role: 'root' })],
    ['with several roles at once', crafted(HS256, { ...CLAIMS, role: ['viewer', 'admin'] })],
    ['for an unknown use', crafted(HS256, { ...CLAIMS, use: 'all' })],
    ['for another audience', crafted(HS256, { ...CLAIMS, aud: 'the-shop-of-the-same-team' })],
    ['for no audience', crafted(HS256, { ...CLAIMS, aud: [] })],
    ['without an audience', crafted(HS256, { ...CLAIMS, aud: undefined })],
    ['bound to shops that is for everyone', crafted(HS256, { ...CLAIMS, shops: SHOPS })],
    ['bound to shops that names none', crafted(HS256, { ...CLAIMS, aud: BOUND })],
    ['bound to no shop', crafted(HS256, { ...CLAIMS, aud: BOUND, shops: [] })],
    ['bound to all shops in words', crafted(HS256, { ...CLAIMS, aud: BOUND, shops: 'all' })],
    ['bound to what is not a name', crafted(HS256, { ...CLAIMS, aud: BOUND, shops: [null] })],
    ['bound to nothing, for two', crafted(HS256, { ...CLAIMS, aud: ['lockstep', BOUND] })],
    ['that expires after the latest possible time', crafted(HS256, { ...CLAIMS, exp: 9e15 })],
    ['that expires even later', crafted(HS256, { ...CLAIMS, exp: 1e300 })],
    ['with an object as its name', crafted(HS256, { ...CLAIMS, sub: { $ne: '' } })],
    ['with an empty name', crafted(HS256, { ...CLAIMS, sub: '' })],
    ['with the role __proto__', crafted(HS256, { ...CLAIMS, role: '__proto__' })],
    ['with extensions that must be understood', crafted({ ...HS256, crit: ['x'], x: 1 }, CLAIMS)],
    ['that is invalid', 'garbage'],
    ['that is empty', ''],
    ['of three dots', '...'],
  ])('a token %s is rejected (fails closed)', async (_case, token) => {
    expect(await readToken(SECRET, token)).toEqual({ outcome: 'forged', id: tokenId(token) });
  });

  test.each<TokenKind>(['session', 'once'])(
    'a token for one use says so, and what it comes from: %s',
    async (kind) => {
      const of = { line: ['0123456789abcdef', 'fedcba9876543210'], rootEndsAt: new Date(inAnHour * 1000) };
      const token = await mintToken(SECRET, { ...BEARER, kind, of }, 1);
      const root = { root: '0123456789abcdef', rootEndsAt: of.rootEndsAt };
      expect(await readToken(SECRET, token)).toMatchObject({ kind, line: of.line, ...root });
    },
  );

  test('a session that names one token, and not when that expires, lives no longer than it says', async () => {
    const before = crafted(HS256, { ...CLAIMS, use: 'session', of: '0123456789abcdef' });
    const rootEndsAt = new Date(inAnHour * 1000);
    const line = ['0123456789abcdef'];
    expect(await readToken(SECRET, before)).toMatchObject({ line, root: line[0], rootEndsAt });
  });

  test('a bound token says which shops; a version that does not know bound tokens refuses it', async () => {
    const token = await mintToken(SECRET, { ...BEARER, shops: SHOPS }, 1);
    expect(await readToken(SECRET, token)).toMatchObject({ outcome: 'good', shops: SHOPS });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      aud: string;
    };
    expect(claims.aud).toBe(BOUND);
    expect(await readToken(SECRET, await mintToken(SECRET, BEARER, 1))).toMatchObject({ shops: null });
  });

  test('two tokens for one person in the same second differ: each is revoked alone', async () => {
    const [one, other] = [await mintToken(SECRET, BEARER, 1), await mintToken(SECRET, BEARER, 1)];
    expect(tokenId(one)).not.toBe(tokenId(other));
  });

  test('a minted token whose role was changed afterwards is rejected', async () => {
    const [header = '', claims = '', signature = ''] = (await mintToken(SECRET, BEARER, 1)).split('.');
    const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), role: 'admin' };
    expect((await readToken(SECRET, `${header}.${encode(changed)}.${signature}`)).outcome).toBe('forged');
    expect(await readToken(SECRET, `${header}.${claims}.${signature}`)).toMatchObject(BEARER);
  });

  test('a token expires after its hours, and still says whose it was', async () => {
    const token = await mintToken(SECRET, BEARER, -0.001);
    expect(await readToken(SECRET, token)).toEqual({ outcome: 'expired', id: tokenId(token), name: 'ada' });
  });

  test('a source that is bound to no shop is rejected', async () => {
    const token = await mintToken(SECRET, { name: 'wms', role: 'source' }, 1);
    expect((await readToken(SECRET, token)).outcome).toBe('forged');
  });

  test('each person may do what the lower roles may, and no more; a source only sends', () => {
    const allowed = ROLES.map((role) => ROLES.map((needed) => mayActAs(role, needed)));
    expect(allowed).toEqual([
      [true, false, false, false],
      [true, true, false, false],
      [true, true, true, false],
      [false, false, false, true],
    ]);
  });
});
