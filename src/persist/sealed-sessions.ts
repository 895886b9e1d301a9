import type { Model } from 'mongoose';
import type { SessionDocument } from './session-schema.ts';

type Fields = Omit<SessionDocument, '_id'>;

/** Sessions as they are stored: encrypted. shop/session-store.ts encrypts and decrypts them. */
export interface SealedSessions {
  /** Durable when it resolves. */
  put: (id: string, fields: Fields) => Promise<void>;
  /** Overwrites a session if it still exists, and keeps its date. */
  change: (id: string, fields: Omit<Fields, 'storedAt'>) => Promise<void>;
  find: (id: string) => Promise<SessionDocument | null>;
  /** Sessions that another key encrypted. */
  ofOtherKeys: (key: string) => AsyncIterable<SessionDocument>;
  /** Replaces the encrypted text if it is unchanged since it was read. */
  reseal: (read: Pick<SessionDocument, '_id' | 'sealed'>, sealed: SessionDocument['sealed']) => Promise<void>;
}

export function createSealedSessions(sessions: Model<SessionDocument>): SealedSessions {
  return {
    put: async (id, fields) => {
      await sessions.updateOne({ _id: id }, { $set: fields }, { upsert: true });
    },
    change: async (id, fields) => {
      await sessions.updateOne({ _id: id }, { $set: fields });
    },
    find: async (id) => await sessions.findById(id).lean<SessionDocument>(),
    ofOtherKeys: (key) =>
      sessions
        .find({ 'sealed.key': { $ne: key } })
        .lean<SessionDocument>()
        .cursor(),
    reseal: async ({ _id, sealed: { iv } }, sealed) => {
      await sessions.updateOne({ _id, 'sealed.iv': iv }, { $set: { sealed } });
    },
  };
}
