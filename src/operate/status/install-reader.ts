import type { Collections } from '../../persist/collections.ts';
import type { SessionDocument } from '../../persist/session-schema.ts';
import type { ShopDocument } from '../../persist/shop-schema.ts';
import type { ShopRow } from '../shapes/shops.ts';
import { subscriptionWords } from './subscription-words.ts';

/** What is known about a shop's install. */
export type Install = Omit<
  ShopRow,
  'shop' | 'waitingEvents' | 'events24h' | 'share' | 'lastEventAt' | 'lastWebhookAt'
>;

/** Reads shops' installs from MongoDB. */
export interface InstallReader {
  /** The installs of the shops that have a record. Two indexed queries, however many shops. */
  of: (shops: readonly string[]) => Promise<Map<string, Install>>;
  /** Other shops with a record whose names contain `name`: the first ones by name, and how many there are. */
  others: (
    known: readonly string[],
    name: string,
    limit: number,
  ) => Promise<{ shops: string[]; total: number }>;
}

/** For a shop that has no record. */
export const NO_INSTALL: Install = {
  state: 'unknown',
  installedAt: null,
  uninstalledAt: null,
  scopes: [],
  attention: null,
  reconciledTo: null,
  repaired: 0,
  subscriptions: null,
  token: null,
  redactedAt: null,
};

type SealedSession = Pick<SessionDocument, '_id' | 'shop' | 'expires' | 'refreshExpires'> & {
  sealed: { key: string };
};

export function createInstallReader({
  shops,
  sessions,
}: Pick<Collections, 'shops' | 'sessions'>): InstallReader {
  return {
    of: async (names) => {
      const [records, tokens] = await Promise.all([
        shops.find({ _id: { $in: [...names] } }).lean<ShopDocument[]>(),
        sessions
          .find(
            { _id: { $in: names.map((shop) => `offline_${shop}`) } },
            { shop: 1, expires: 1, refreshExpires: 1, 'sealed.key': 1 },
          )
          .lean<SealedSession[]>(),
      ]);
      const tokenOf = new Map(tokens.map((token) => [token.shop, token]));
      return new Map(records.map((record) => [record._id, installOf(record, tokenOf.get(record._id))]));
    },
    others: async (known, name, limit) => {
      // Without `$gte`, counting all shops would read the collection instead of its index.
      const which = { _id: { $gte: '', $nin: [...known], $regex: literal(name.toLowerCase()) } };
      const [found, total] = await Promise.all([
        limit > 0 ? shops.find(which, { _id: 1 }).sort({ _id: 1 }).limit(limit).lean() : [],
        shops.countDocuments(which),
      ]);
      return { shops: found.map(({ _id }) => _id), total };
    },
  };
}

function installOf(record: ShopDocument, token: SealedSession | undefined): Install {
  const { state, subscriptions } = record;
  return {
    state,
    installedAt: record.installedAt.toISOString(),
    uninstalledAt: text(record.uninstalledAt),
    scopes: record.scopes,
    // A shop that has uninstalled needs no attention.
    attention: state === 'installed' ? (record.attention ?? null) : null,
    reconciledTo: text(record.reconciledTo),
    repaired: record.repaired,
    subscriptions:
      subscriptions && state === 'installed'
        ? {
            checkedAt: subscriptions.checkedAt.toISOString(),
            missing: subscriptions.missing,
            doubled: subscriptions.doubled,
            says: subscriptionWords(subscriptions),
          }
        : null,
    token: token
      ? { expires: text(token.expires), refreshExpires: text(token.refreshExpires), key: token.sealed.key }
      : null,
    redactedAt: text(record.redactedAt),
  };
}

function text(at: Date | null | undefined): string | null {
  return at?.toISOString() ?? null;
}

function literal(name: string): string {
  return name.replaceAll(/[^a-z0-9]/g, String.raw`\$&`);
}
