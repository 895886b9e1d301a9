import type { Lease, Locks } from '../../lock/locks.ts';
import type { OrderKey } from '../../order/identity.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { storeRebuilt } from '../../persist/rebuilt-order.ts';
import { Refusal } from '../refusal.ts';
import type { RebuildLook } from '../shapes/rebuild.ts';
import { rebuildOne } from '../stories/check-journal.ts';
import { isWrong, planRebuild, type PlanTools, type RebuildPlan } from './rebuild-plan.ts';
import { several } from '../words.ts';

/** Tools of a rebuild. */
export interface RebuildTools extends PlanTools {
  lock: Pick<Locks, 'acquire'>;
  lockKey: (order: OrderKey) => string;
  now: () => number;
}

/** What a rebuild would change. Reads only. @throws Refusal not_found if nothing is known of the order */
export async function lookAtRebuild(order: OrderKey, tools: RebuildTools): Promise<RebuildLook> {
  const plan = await find(order, tools);
  const { journal, checked, next, from, changes, lacks } = plan;
  return {
    dryRun: true,
    order,
    events: journal.rebuild.events,
    parked: await countParked(order, tools),
    needed: plan.needed || isWrong(checked),
    from,
    differences: checked.differences,
    changes,
    damage: checked.damage,
    refused: next ? null : lacks,
  };
}

/**
 * Rebuilds an order from its journal, under its lock, over the version that was read (P4). It is one write: if the
 * process dies before it, nothing changed; after it, a second rebuild finds nothing to do. Waiting events stay in the
 * mailbox and are applied afterwards; parked events are not included.
 * @returns what was done, in words
 * @throws Refusal conflict if the journal does not have the whole order, or another holds its lock
 */
export async function rebuildOrder(order: OrderKey, tools: RebuildTools): Promise<string> {
  const { plan, version } = await rebuildIf(order, tools);
  if (version === null) {
    if (plan.lacks !== null) throw new Refusal('conflict', plan.lacks);
    return 'the order agrees with its journal: nothing was changed';
  }
  const parked = await countParked(order, tools);
  const left = parked > 0 ? `; ${parked} parked events are not included` : '';
  const lacks = plan.lacks === null ? '' : `; ${plan.lacks}`;
  return `${sourceOf(plan)}, version ${version}: ${whatChanged(plan)}${left}${lacks}`;
}

function sourceOf({ from, journal }: RebuildPlan): string {
  return from === 'journal'
    ? `rebuilt from ${several(journal.rebuild.events, 'event', 'events')}`
    : 'rewritten from its stored document';
}

/**
 * Carries out the plan for an order, if it changes anything.
 * @returns the new version; null: nothing was written
 * @throws Refusal conflict if another process holds its lock, or the order has changed meanwhile
 */
export async function rebuildIf(
  order: OrderKey,
  tools: RebuildTools,
): Promise<{ plan: RebuildPlan; version: number | null }> {
  const lease = await tools.lock.acquire(tools.lockKey(order), 'rebuild');
  if (!lease) throw new Refusal('conflict', `${order} is being drained: try again in a few seconds`);
  try {
    const plan = await find(order, tools);
    return { plan, version: plan.next && (await put(order, plan, lease, tools)) };
  } finally {
    await lease.release();
  }
}

async function put(order: OrderKey, { next, stored }: RebuildPlan, lease: Lease, tools: RebuildTools) {
  if (!next) return null;
  await lease.confirmHeld();
  const version = await storeRebuilt(tools.collections, order, next, stored, tools.now());
  if (version === null)
    throw new Refusal('conflict', `${order} changed meanwhile, and nothing was done: try again`);
  return version;
}

/** Field names only: this goes into the audit log, and values may be personal. */
function whatChanged({ checked: { differences, damage }, from, changes }: RebuildPlan): string {
  const fields = from === 'journal' ? [...differences.map(({ field }) => field), ...damage] : [];
  const all = [...fields, ...changes];
  return all.length > 0 ? all.join(', ') : 'only its record of applied events';
}

export async function find(order: OrderKey, tools: PlanTools): Promise<RebuildPlan> {
  const { collections, keepBody } = tools;
  // The journal first, as in verify: it is written after the order, so it has no event that the order lacks.
  const journal = await rebuildOne(collections, order, keepBody);
  const stored = await collections.orders.findOne({ _id: String(order) }).lean<OrderDocument>();
  if (!stored && journal.rebuild.events === 0)
    throw new Refusal(
      'not_found',
      `no event of ${order} was applied; searched: the collections orders and events`,
    );
  return await planRebuild(order, stored, journal, tools);
}

async function countParked(order: OrderKey, { collections: { parked } }: PlanTools): Promise<number> {
  return await parked.countDocuments({ order: String(order), state: 'parked' });
}
