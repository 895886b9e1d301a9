import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import type { DestinationStore } from '../persist/destination-store.ts';
import type { EffectStore } from '../persist/effect-store.ts';
import type { RoutedBlocks } from '../persist/routed-blocks.ts';
import type { Logger } from '../system/log.ts';
import type { WebhookIds } from './messages.ts';
import { effectsOf } from './effects-of-blocks.ts';

/** Blocks that one step routes: at most 5,000 changes. */
const BLOCKS_AT_ONCE = 10;

export interface RouterTools {
  blocks: RoutedBlocks;
  destinations: Pick<DestinationStore, 'all'>;
  effects: Pick<EffectStore, 'insert'>;
  webhookIds: WebhookIds;
  /** Wakes the lanes of new effects. Never throws: the sweeper replaces a lost wake-up. */
  wake: (destination: DestinationDocument, effects: readonly EffectDocument[]) => Promise<void>;
  log: Logger;
  now: () => number;
}

/**
 * Turns the change feed into effects. The feed has every commit once and without a gap, and its record became durable
 * with the commit, so an order and what it sets off cannot part. Any number of routers may run, and die at any line:
 * blocks are routed again from the last position, and effects that exist do not change.
 */
export interface Router {
  /** Routes some blocks. @returns how many; 0: there are none */
  step: () => Promise<number>;
}

export function createRouter({
  blocks,
  destinations,
  effects,
  webhookIds,
  wake,
  log,
  now,
}: RouterTools): Router {
  return {
    step: async () => {
      const from = await blocks.position();
      const found = await blocks.after(from, BLOCKS_AT_ONCE);
      const last = found.at(-1)?._id;
      if (found[0] === undefined || last === undefined) return 0;
      // After the blocks: a destination that was added before a block gets all of its changes.
      const known = await destinations.all();
      const made = await withWebhookIds(effectsOf(found, known, new Date(now())), webhookIds);
      await effects.insert(made);
      const byDestination = Map.groupBy(made, ({ destination }) => destination);
      await Promise.all(known.map((each) => wake(each, byDestination.get(each._id) ?? [])));
      const first = found[0]._id;
      const missed = first > from + 1 ? { from: from + 1, to: first - 1, at: new Date(now()) } : null;
      if (missed)
        log.error(missed, 'changes expired before they were routed: no publisher ran; start a backfill');
      await blocks.advance(from, last, missed);
      return found.length;
    },
  };
}

async function withWebhookIds(effects: EffectDocument[], webhookIds: WebhookIds): Promise<EffectDocument[]> {
  const known = await webhookIds([...new Set(effects.flatMap(({ event }) => event ?? []))]);
  return effects.map((effect) => ({ ...effect, webhookId: known.get(effect.event ?? '') ?? null }));
}
