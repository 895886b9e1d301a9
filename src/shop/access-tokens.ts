import { setTimeout as sleep } from 'node:timers/promises';
import { HttpResponseError, type Session } from '@shopify/shopify-api';
import type { Lease, Locks } from '../lock/locks.ts';
import { Fault, messageOf } from '../system/errors.ts';
import { redisKeys } from '../system/redis-keys.ts';
import type { SessionStore } from './session-store.ts';
import { REOPEN, type ShopStore } from '../persist/shop-store.ts';
import type { Shopify } from './shopify.ts';

/** Access tokens of shops, refreshed before they expire, by only one process at a time. */
export interface AccessTokens {
  /** @throws Fault not_installed, shopify_away */
  of: (shop: string) => Promise<string>;
  /** Call this when Shopify refused the token: the next {@link of} fetches a new one. */
  refused: (shop: string, token: string) => Promise<void>;
  /** Stores the session of an install or a reinstall. Nothing is refreshed in the meantime. */
  take: (shop: string, get: () => Promise<Session>) => Promise<Session>;
}

export interface AccessTokenTools {
  shopify: Shopify;
  sessions: SessionStore;
  lock: Locks;
  /** Records whether a shop's tokens work. */
  shops: Pick<ShopStore, 'tokensWork'>;
}

/** A token lives an hour, and the request that uses it may take minutes. */
const BEFORE_EXPIRY_MS = 5 * 60_000;
/** How long to wait for another process that refreshes the token: twice the timeout of a call to Shopify. */
const TWIN_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** Not 1970: Shopify's library reads that as "never expires". */
const LONG_AGO = new Date('2000-01-01T00:00:00Z');

export function createAccessTokens(tools: AccessTokenTools): AccessTokens {
  const { shopify, sessions, shops } = tools;
  const idOf = (shop: string) => shopify.session.getOfflineId(shop);
  /** One request per shop and process at a time. */
  const asked = new Map<string, Promise<Session>>();

  const load = async (shop: string): Promise<Session> => {
    try {
      const session = await sessions.loadSession(idOf(shop));
      if (session?.accessToken) return session;
      throw new Fault('not_installed', shop);
    } catch (error) {
      if (error instanceof Fault) await shops.tokensWork(shop, false);
      throw error;
    }
  };
  const loadIfFresh = async (shop: string): Promise<Session | null> => {
    const session = await load(shop);
    return isFresh(session) ? session : null;
  };
  const fresh = async (shop: string): Promise<Session> =>
    (await loadIfFresh(shop)) ??
    (await underLock(
      shop,
      tools,
      // The previous lock holder may have refreshed it.
      async (lease) => (await loadIfFresh(shop)) ?? (await refresh(await load(shop), lease, tools)),
      () => loadIfFresh(shop),
    ));

  return {
    of: async (shop) => {
      const answer = asked.get(shop) ?? fresh(shop).finally(() => asked.delete(shop));
      asked.set(shop, answer);
      return (await answer).accessToken ?? '';
    },
    refused: (shop, token) =>
      underLock(shop, tools, async () => {
        const session = await sessions.loadSession(idOf(shop));
        if (session?.accessToken !== token) return;
        session.expires = LONG_AGO;
        await sessions.changeSession(session);
      }),
    take: (shop, get) =>
      underLock(shop, tools, async (lease) => {
        const session = await get();
        lease.assertHeld();
        await sessions.storeSession(session);
        return session;
      }),
  };
}

function isFresh({ expires }: Session): boolean {
  return expires === undefined || expires.getTime() - Date.now() > BEFORE_EXPIRY_MS;
}

/**
 * Refreshes a token. If the process dies after Shopify's answer and before the new pair is stored, the stored
 * refresh token still works: Shopify honours it until the new one is used.
 */
async function refresh(
  session: Session,
  lease: Lease,
  { shopify, sessions, shops }: AccessTokenTools,
): Promise<Session> {
  const { shop, refreshToken, refreshTokenExpires } = session;
  if (!refreshToken || (refreshTokenExpires && refreshTokenExpires.getTime() <= Date.now())) {
    return await lapsed(shop, shops);
  }
  try {
    const { session: renewed } = await shopify.auth.refreshToken({ shop, refreshToken });
    // If this process was frozen for too long, another one has refreshed the token, and its pair is valid.
    lease.assertHeld();
    await sessions.storeSession(renewed);
    await shops.tokensWork(shop, true);
    return renewed;
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (!isRefusal(error)) throw new Fault('shopify_away', `${shop}: ${kindOf(error)}`);
    return await lapsed(shop, shops);
  }
}

async function lapsed(shop: string, shops: AccessTokenTools['shops']): Promise<never> {
  await shops.tokensWork(shop, false);
  throw new Fault('not_installed', `${shop}: ${REOPEN}`);
}

/** Shopify answered, and refused. */
function isRefusal(error: unknown): boolean {
  return error instanceof HttpResponseError && [400, 401, 403].includes(error.response.code);
}

/** Not the library's own message: it may contain what was sent. */
function kindOf(error: unknown): string {
  if (error instanceof HttpResponseError) return `it answered ${error.response.code}`;
  return error instanceof Error && error.name === 'TimeoutError' ? messageOf(error) : 'it did not answer';
}

/**
 * Runs `act` under the lock of the shop's token.
 * @param doneByTwin the answer, if another process has made `act` unnecessary in the meantime
 */
async function underLock<Answer>(
  shop: string,
  { lock }: AccessTokenTools,
  act: (lease: Lease) => Promise<Answer>,
  doneByTwin: () => Promise<Answer | null> = () => Promise.resolve(null),
): Promise<Answer> {
  const until = Date.now() + TWIN_MS;
  for (;;) {
    const lease = await lock.acquire(redisKeys(0).shopLock('token', shop), 'token');
    if (lease) {
      try {
        return await act(lease);
      } finally {
        await lease.release();
      }
    }
    if (Date.now() > until)
      throw new Fault('shopify_away', `${shop}: another process is still refreshing its token`);
    await sleep(LOOK_AGAIN_MS);
    const done = await doneByTwin();
    if (done !== null) return done;
  }
}
