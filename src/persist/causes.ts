import { createBatcher } from '../system/batcher.ts';
import type { Collections } from './collections.ts';
import type { EffectDocument } from './effect-schema.ts';

/** The effect whose handler made a change at Shopify. */
export interface Cause {
  effect: string;
  destination: string;
  /** Handlers that led to it, one after another: 1 if a person's change set off the first one. */
  depth: number;
}

type Change = Pick<
  EffectDocument,
  '_id' | 'order' | 'topic' | 'event' | 'before' | 'after' | 'occurredAt' | 'version'
>;

/**
 * Which changes handlers made. Shopify's webhooks do not say who made a change, so it is recognised by its time: the
 * order had this `updated_at` right after a handler's write, and an earlier one right before it. Only `orders/updated`
 * is recognised, and only if it moved no status: a payment in the same second is never taken for an echo. What someone
 * else changed in the same second is.
 */
export interface Causes {
  /** By effect. */
  of: (effects: readonly Change[]) => Promise<ReadonlyMap<string, Cause>>;
  /** A handler changed the order of its effect: the order has this time at Shopify since then. Durable. */
  wrote: (effect: string, updatedAt: Date, cause: Cause | null) => Promise<void>;
}

const AT_ONCE = 200;

export function createCauses({ effects }: Pick<Collections, 'effects'>): Causes {
  const find = createBatcher<Change, Cause | null>(
    async (changes) => {
      const orders = [...new Set(changes.map(({ order }) => order))];
      const times = [...new Set(changes.map(({ occurredAt }) => occurredAt.getTime()))];
      const writers = await effects
        .find(
          { order: { $in: orders }, wrote: { $in: times.map((ms) => new Date(ms)) } },
          { order: 1, destination: 1, wrote: 1, depth: 1 },
        )
        .lean<Pick<EffectDocument, '_id' | 'order' | 'destination' | 'wrote' | 'depth'>[]>();
      return changes.map(({ order, occurredAt }) => {
        const wroteThen = (at: Date) => at.getTime() === occurredAt.getTime();
        const writer = writers.find((each) => each.order === order && each.wrote?.some(wroteThen));
        if (!writer) return null;
        return { effect: writer._id, destination: writer.destination, depth: (writer.depth ?? 0) + 1 };
      });
    },
    { largest: AT_ONCE, atATime: 2, mayWait: 10_000 },
  );
  return {
    of: async (changes) => {
      const found = await Promise.all(
        changes.filter(mayBeEcho).map(async (change) => [change._id, await find(change)] as const),
      );
      return new Map(found.flatMap(([id, cause]) => (cause ? [[id, cause] as const] : [])));
    },
    wrote: async (effect, updatedAt, cause) => {
      await effects.updateOne(
        { _id: { $eq: effect } },
        {
          $addToSet: { wrote: updatedAt },
          $set: { depth: cause?.depth ?? 0, causedBy: cause?.effect ?? null },
        },
      );
    },
  };
}

function mayBeEcho({ topic, event, before, after }: Change): boolean {
  if (topic !== 'orders/updated' || event === null || before === null) return false;
  return (
    before.status === after.status &&
    before.financialStatus === after.financialStatus &&
    before.fulfillmentStatus === after.fulfillmentStatus
  );
}
