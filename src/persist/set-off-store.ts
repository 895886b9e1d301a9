import type { Collections } from './collections.ts';
import type { EffectDocument } from './effect-schema.ts';
import type { OrderKeys } from './redaction.ts';

/** Messages that handlers set off: effects with a body of their own. */
export interface SetOffStore {
  /** Puts one behind everything in its lane. One that exists does not change: a repeated call sends nothing new. */
  append: (effect: EffectDocument) => Promise<void>;
  /** Their bodies, JSON text; one that a redaction emptied is missing. */
  bodies: (effects: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Behind all changes of a commit: these count from 0. */
const BEHIND = 1_000_000;

export function createSetOffStore({ effects }: Pick<Collections, 'effects'>): SetOffStore {
  return {
    append: async ({ _id, ...fields }) => {
      const { destination, order } = fields;
      const last = await effects
        .findOne({ destination: String(destination), order: String(order) }, { version: 1, index: 1 })
        .sort({ version: -1, index: -1 })
        .lean<Pick<EffectDocument, 'version' | 'index'>>();
      const place = placeBehind(last, fields.version);
      await effects.updateOne({ _id }, { $setOnInsert: { ...fields, ...place } }, { upsert: true });
    },
    bodies: async (ids) => {
      if (ids.length === 0) return new Map();
      const found = await effects
        .find({ _id: { $in: [...ids] }, body: { $ne: null } }, { body: 1 })
        .lean<{ _id: string; body: string }[]>();
      return new Map(found.map(({ _id, body }) => [_id, body]));
    },
  };
}

/** Later changes of the order have a larger version. */
function placeBehind(
  last: Pick<EffectDocument, 'version' | 'index'> | null,
  ownVersion: number,
): Pick<EffectDocument, 'version' | 'index'> {
  if (!last || last.version < ownVersion) return { version: ownVersion, index: BEHIND };
  return { version: last.version, index: Math.max(BEHIND, last.index + 1) };
}

/** Empties the bodies of messages, which may have personal data. @returns how many */
export async function redactBodies(
  { effects }: Pick<Collections, 'effects'>,
  orders: OrderKeys,
): Promise<number> {
  const withBody = { order: orders, hasBody: true as const, body: { $ne: null } };
  return (await effects.updateMany(withBody, { $set: { body: null } })).modifiedCount;
}
