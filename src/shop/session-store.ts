import { Session } from '@shopify/shopify-api';
import type { Model } from 'mongoose';
import type { SessionDocument } from '../persist/session-schema.ts';
import { Fault, messageOf } from '../system/errors.ts';
import type { TokenCipher } from './token-cipher.ts';

/** Shopify's five methods of session storage and one of ours, over MongoDB: looked up by index, tokens sealed. */
export interface SessionStore {
  /** Durable when it answers; a pair of tokens is one write. */
  storeSession: (session: Session) => Promise<boolean>;
  /** Over the one that is kept, if it still is; dated as it was: an uninstall that is on its way takes it along. */
  changeSession: (session: Session) => Promise<void>;
  /** @throws Fault not_installed where it cannot be opened: its key is gone, or somebody changed it */
  loadSession: (id: string) => Promise<Session | undefined>;
  deleteSession: (id: string) => Promise<boolean>;
  deleteSessions: (ids: string[]) => Promise<boolean>;
  findSessionsByShop: (shop: string) => Promise<Session[]>;
}

/** A shop has one offline session, and a few of people at most. */
const MOST = 100;

export function sessionStore(sessions: Model<SessionDocument>, cipher: TokenCipher): SessionStore {
  const opened = ({ _id, shop, sealed }: SessionDocument): Session => {
    try {
      const fields = JSON.parse(cipher.open(sealed, _id)) as [string, string | number | boolean][];
      return Session.fromPropertyArray(fields, true);
    } catch (error) {
      throw new Fault('not_installed', `${shop}: what is kept of it cannot be opened (${messageOf(error)})`);
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
      const document = { ...documentOf(session), storedAt: new Date() };
      await sessions.updateOne({ _id: session.id }, { $set: document }, { upsert: true });
      return true;
    },
    changeSession: async (session) => {
      await sessions.updateOne({ _id: session.id }, { $set: documentOf(session) });
    },
    loadSession: async (id) => {
      const found = await sessions.findById(id).lean<SessionDocument>();
      return found ? opened(found) : undefined;
    },
    deleteSession: async (id) => {
      await sessions.deleteOne({ _id: id });
      return true;
    },
    deleteSessions: async (ids) => {
      await sessions.deleteMany({ _id: { $in: ids } });
      return true;
    },
    findSessionsByShop: async (shop) => {
      const found = await sessions.find({ shop }).limit(MOST).lean<SessionDocument[]>();
      return found.map(opened);
    },
  };
}

/**
 * Seals anew what another key sealed: after the first of TOKEN_KEYS was changed. Each over what was read only,
 * so that a token that is refreshed meanwhile stays. Safe to repeat.
 * One that does not open is left as it is: its shop's merchant gets it another by opening the app.
 */
export async function resealAll(
  sessions: Model<SessionDocument>,
  cipher: TokenCipher,
): Promise<{ resealed: number; unopened: number }> {
  const counts = { resealed: 0, unopened: 0 };
  const others = sessions.find({ 'sealed.key': { $ne: cipher.current } }).lean<SessionDocument[]>();
  for await (const { _id, sealed } of others.cursor()) {
    const anew = resealed(cipher, sealed, _id);
    if (anew) {
      await sessions.updateOne({ _id, 'sealed.iv': sealed.iv }, { $set: { sealed: anew } });
      counts.resealed += 1;
    } else counts.unopened += 1;
  }
  return counts;
}

function resealed(cipher: TokenCipher, sealed: SessionDocument['sealed'], id: string) {
  try {
    return cipher.seal(cipher.open(sealed, id), id);
  } catch {
    return null;
  }
}
