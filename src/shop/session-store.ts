import { Session } from '@shopify/shopify-api';
import type { Model } from 'mongoose';
import { createSealedSessions } from '../persist/sealed-sessions.ts';
import type { SessionDocument } from '../persist/session-schema.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { Cipher } from '../system/cipher.ts';

/** Sessions of Shopify's library, in MongoDB. Tokens are encrypted. */
export interface SessionStore {
  /** Durable when it resolves. A pair of tokens is one write. */
  storeSession: (session: Session) => Promise<void>;
  /** Overwrites a session if it still exists, and keeps its date, so that a pending uninstall deletes it. */
  changeSession: (session: Session) => Promise<void>;
  /** @throws Fault not_installed when it cannot be decrypted: its key is missing, or the data was changed */
  loadSession: (id: string) => Promise<Session | undefined>;
}

export function createSessionStore(sessions: Model<SessionDocument>, cipher: Cipher): SessionStore {
  const stored = createSealedSessions(sessions);
  const opened = ({ _id, shop, sealed }: SessionDocument): Session => {
    try {
      const fields = JSON.parse(cipher.open(sealed, _id)) as [string, string | number | boolean][];
      return Session.fromPropertyArray(fields, true);
    } catch (error) {
      throw new Fault(
        'not_installed',
        `${shop}: its stored session cannot be decrypted (${messageOf(error)})`,
      );
    }
  };
  const documentOf = (session: Session) => ({
    shop: session.shop,
    sealed: cipher.seal(JSON.stringify(session.toPropertyArray(true)), session.id),
    expires: session.expires ?? null,
    refreshExpires: session.refreshTokenExpires ?? null,
  });
  return {
    storeSession: async (session) => {
      await stored.put(session.id, { ...documentOf(session), storedAt: new Date() });
    },
    changeSession: async (session) => {
      await stored.change(session.id, documentOf(session));
    },
    loadSession: async (id) => {
      const found = await stored.find(id);
      return found ? opened(found) : undefined;
    },
  };
}

/**
 * Encrypts again the sessions that another key encrypted, after the first of TOKEN_KEYS was changed. A
 * session is overwritten only if it is unchanged since it was read, so a token that is refreshed in the
 * meantime is kept. Safe to repeat. A session that cannot be decrypted is left unchanged: the shop gets a new
 * one when its merchant opens the app.
 */
export async function resealAll(
  sessions: Model<SessionDocument>,
  cipher: Cipher,
): Promise<{ resealed: number; unopened: number }> {
  const counts = { resealed: 0, unopened: 0 };
  const stored = createSealedSessions(sessions);
  for await (const { _id, sealed } of stored.ofOtherKeys(cipher.current)) {
    const sealedAgain = resealed(cipher, sealed, _id);
    if (sealedAgain) {
      await stored.reseal({ _id, sealed }, sealedAgain);
      counts.resealed += 1;
    } else counts.unopened += 1;
  }
  return counts;
}

function resealed(cipher: Cipher, sealed: SessionDocument['sealed'], id: string) {
  try {
    return cipher.seal(cipher.open(sealed, id), id);
  } catch {
    return null;
  }
}
