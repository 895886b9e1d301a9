import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Session } from '@shopify/shopify-api';
import type { SessionDocument } from '../../src/persist/session-schema.ts';
import { resealAll, createSessionStore, type SessionStore } from '../../src/shop/session-store.ts';
import { createCipher } from '../../src/system/cipher.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';

const OLD = `old:${'0a'.repeat(32)}`;
const NEW = `new:${'1b'.repeat(32)}`;
const SHOP = 'sealed.myshopify.com';
const ID = `offline_${SHOP}`;

function session(): Session {
  return new Session({
    id: ID,
    shop: SHOP,
    state: '',
    isOnline: false,
    scope: 'read_orders',
    accessToken: 'shpat_canary-of-the-access-token',
    refreshToken: 'shprt_canary-of-the-refresh-token',
    expires: new Date('2030-01-01T00:00:00Z'),
    refreshTokenExpires: new Date('2030-03-01T00:00:00Z'),
  });
}

describe('tokens of shops in MongoDB', () => {
  let inside: Inside;
  let store: SessionStore;
  beforeAll(async () => {
    inside = await openInProcess();
    store = createSessionStore(inside.collections.sessions, createCipher(OLD));
  });
  afterAll(() => inside.close());

  const raw = async (): Promise<SessionDocument> =>
    (await inside.collections.sessions.findById(ID).lean<SessionDocument>())!;

  test('are stored and found', async () => {
    expect(await store.loadSession(ID)).toBeUndefined();
    await store.storeSession(session());
    expect((await store.loadSession(ID))?.toObject()).toEqual(session().toObject());
  });

  test('are never in plain text, and are encrypted differently each time', async () => {
    await store.storeSession(session());
    const first = await raw();
    await store.storeSession(session());
    const second = await raw();
    expect(JSON.stringify([first, second])).not.toContain('canary');
    for (const { sealed } of [first, second])
      expect(Buffer.from(sealed.text.buffer).toString('latin1')).not.toContain('canary');
    expect(Buffer.from(first.sealed.iv.buffer).equals(Buffer.from(second.sealed.iv.buffer))).toBe(false);
  });

  test('cannot be decrypted if they were changed or moved to another shop', async () => {
    await store.storeSession(session());
    const { sealed } = await raw();
    const text = Buffer.from(sealed.text.buffer);
    text[0] = (text[0] ?? 0) ^ 1;
    await inside.collections.sessions.updateOne({ _id: ID }, { $set: { 'sealed.text': text } });
    await expect(store.loadSession(ID)).rejects.toThrow(/unable to authenticate/);
    await inside.collections.sessions.create({
      ...(await raw()),
      _id: 'offline_thief.myshopify.com',
      shop: 'thief.myshopify.com',
      sealed,
    });
    await expect(store.loadSession('offline_thief.myshopify.com')).rejects.toThrow(/unable to authenticate/);
    await inside.collections.sessions.deleteMany({});
  });

  test('are encrypted again with a new first key, after which the old key can be removed', async () => {
    await store.storeSession(session());
    const both = createCipher(`${NEW},${OLD}`);
    expect(await resealAll(inside.collections.sessions, both)).toEqual({ resealed: 1, unopened: 0 });
    expect(await resealAll(inside.collections.sessions, both)).toEqual({ resealed: 0, unopened: 0 });
    expect((await raw()).sealed.key).toBe('new');
    const after = createSessionStore(inside.collections.sessions, createCipher(NEW));
    expect((await after.loadSession(ID))?.accessToken).toBe('shpat_canary-of-the-access-token');
    await expect(store.loadSession(ID)).rejects.toThrow(/the key new/);
    expect(await resealAll(inside.collections.sessions, createCipher(OLD))).toEqual({
      resealed: 0,
      unopened: 1,
    });
    expect((await raw()).sealed.key).toBe('new');
  });
});
