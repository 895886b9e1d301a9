import type { Lease, Locks } from '../../lock/locks.ts';
import { partsOf, type OrderKey } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-schema.ts';
import { putRebuilt } from '../../persist/rebuilt-order.ts';
import { FINDINGS } from '../../system/findings.ts';
import { Refusal } from '../refusal.ts';
import { rebuildOne, type RebuiltOrder } from '../stories/check-journal.ts';
import type { Checked } from '../stories/check-order.ts';
import type { RebuildLook } from '../shapes/rebuild.ts';

/** Tools of a rebuild. */
export interface RebuildTools {
  collections: Collections;
  lock: Locks;
  lockKey: (order: OrderKey) => string;
  now: () => number;
}

/** The stored order, and the order rebuilt from its journal. */
interface RebuildPair {
  stored: OrderDocument | null;
  journal: RebuiltOrder;
  checked: Checked;
  parked: number;
  /** Why it cannot be rebuilt; null: it can be. */
  refused: string | null;
}

/** What a rebuild would change. Reads only. @throws Refusal not_found if nothing is known of the order */
export async function lookAtRebuild(order: OrderKey, tools: RebuildTools): Promise<RebuildLook> {
  const { journal, checked, parked, refused } = await find(order, tools);
  return {
    dryRun: true,
    order,
    events: journal.rebuild.events,
    parked,
    needed: isNeeded(checked),
    differences: checked.differences,
    damage: checked.damage,
    refused,
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
  const lease = await tools.lock.acquire(tools.lockKey(order), 'rebuild');
  if (!lease) throw new Refusal('conflict', `${order} is being drained: try again in a few seconds`);
  try {
    return await rebuildHeld(order, lease, tools);
  } finally {
    await lease.release();
  }
}

async function rebuildHeld(order: OrderKey, lease: Lease, tools: RebuildTools): Promise<string> {
  const { stored, journal, checked, parked, refused } = await find(order, tools);
  const { rebuild } = journal;
  if (refused !== null || !rebuild.order) throw new Refusal('conflict', refused ?? 'it has no events');
  if (!isNeeded(checked)) return 'the order agrees with its journal: nothing was changed';
  await lease.confirmHeld();
  const version = await putRebuilt(tools.collections, order, rebuild.order, stored, tools.now());
  if (version === null)
    throw new Refusal('conflict', `${order} changed meanwhile, and nothing was done: try again`);
  const left = parked > 0 ? `; ${parked} parked events are not included` : '';
  return `rebuilt from ${rebuild.events} events, version ${version}: ${whatChanged(checked)}${left}`;
}

/** Field names only: this goes into the audit log, and values may be personal. */
function whatChanged({ differences, damage }: Checked): string {
  const fields = [...differences.map(({ field }) => field), ...damage];
  return fields.length > 0 ? fields.join(', ') : 'only its record of applied events';
}

async function find(order: OrderKey, { collections }: RebuildTools): Promise<RebuildPair> {
  // The journal first, as in verify: it is written after the order, so it has no event that the order lacks.
  const journal = await rebuildOne(collections, order);
  const stored = await collections.orders.findOne({ _id: String(order) }).lean<OrderDocument>();
  if (!stored && journal.rebuild.events === 0)
    throw new Refusal(
      'not_found',
      `no event of ${order} was applied; searched: the collections orders and events`,
    );
  const checked = journal.rebuild.compare(stored && fromDocument(stored));
  const parked = await collections.parked.countDocuments({ order: String(order), state: 'parked' });
  const refused = refusalOf(journal) ?? (await redactionUnderWay(order, collections));
  return { stored, journal, checked, parked, refused };
}

function isNeeded({ findings }: Checked): boolean {
  return FINDINGS.some((name) => findings[name] > 0);
}

/** Fails closed: a rebuild would lose what the journal does not have. */
function refusalOf({ rebuild, first, damage, isRedacted }: RebuiltOrder): string | null {
  if (damage !== null) return `its journal is damaged: ${damage}`;
  if (rebuild.events === 0) return 'its journal no longer has events (JOURNAL_RETENTION_DAYS)';
  if (isRedacted) return 'bodies of its events were deleted by a redaction';
  if (first !== 1)
    return `its journal begins with event ${first}: the ones before it were deleted (JOURNAL_RETENTION_DAYS)`;
  if (!rebuild.isWhole) return 'events are missing in the middle of its journal';
  if (rebuild.unreadable !== null)
    return `event ${rebuild.unreadable.slice(0, 12)} cannot be read by this version`;
  return null;
}

/** A rebuild could bring back data that the redaction is about to mask. */
async function redactionUnderWay(order: OrderKey, { compliance }: Collections): Promise<string | null> {
  const kinds = ['customers/redact', 'shop/redact'];
  const { shop } = partsOf(order);
  const asked = await compliance.exists({ shop, kind: { $in: kinds }, state: { $ne: 'done' } } as object);
  return asked ? 'a redaction of its shop is under way: try again when it is done' : null;
}
