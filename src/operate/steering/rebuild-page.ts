import { setTimeout as sleep } from 'node:timers/promises';
import { trustedOrderKey, type OrderKey } from '../../order/identity.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { Refusal } from '../refusal.ts';
import type { RebuildPage } from '../shapes/rebuild.ts';
import { rebuildEach, type RebuiltOrder } from '../stories/check-journal.ts';
import { nextKeys } from '../stories/next-keys.ts';
import { find, rebuildIf, type RebuildTools } from './order-rebuild.ts';
import { isExpired } from './journal-lacks.ts';
import { planRebuild } from './rebuild-plan.ts';

interface PageFilter {
  shop?: string | undefined;
  /** The key after which to continue. */
  after?: string | undefined;
  limit: number;
  dryRun: boolean;
}

/** Bounds of one page. */
export interface RebuildLimits {
  /** No further order is started after this time. A change must be answered within 10 s (api/limits.ts). */
  pageMs: number;
  /** An order whose journal takes longer is refused here: it is read twice, the second time under the lock. */
  orderMs: number;
}

const LIMITS: RebuildLimits = { pageMs: 3000, orderMs: 3000 };
const SHOWN = 20;
/** A drain of one order takes milliseconds. */
const TRIES = 4;
const PAUSE_MS = 250;

const TOO_LONG = 'reading its journal takes too long: rebuild it alone';

/** What happened to an order. */
interface Ended {
  needed: boolean;
  rebuilt: boolean;
  because: string | null;
}

const UNCHANGED: Ended = { needed: false, rebuilt: false, because: null };

/**
 * Brings a page of orders in line with their journals, this version and ORDER_BODY. Each order is first read without
 * its lock. Only if it needs a change is it read again and rewritten under its lock, over the version that was read
 * (P4). A refused order does not stop the others. A page may be repeated: orders that were rewritten need no change.
 */
export async function rebuildPage(
  { dryRun, ...filter }: PageFilter,
  given: RebuildTools,
  { pageMs, orderMs }: RebuildLimits = LIMITS,
): Promise<RebuildPage & { cursor: OrderKey | null }> {
  const tools: RebuildTools = { ...given, isCareful: true };
  const { keys, cursor } = await nextKeys(tools.collections, filter);
  const page: RebuildPage = {
    looked: 0,
    needed: 0,
    rebuilt: 0,
    unchanged: 0,
    refusals: 0,
    refused: [],
    cursor,
  };
  const until = performance.now() + pageMs;
  for await (const journal of rebuildEach(tools.collections, keys, tools.keepBody, orderMs)) {
    const { key } = journal;
    addUp(page, key, journal.cut ? tooLong() : await ended(journal, dryRun, tools));
    const isOver = journal.cut || performance.now() > until;
    if (isOver && key !== keys.at(-1)) return { ...page, cursor: key };
  }
  return { ...page, cursor: cursor === null ? null : trustedOrderKey(cursor) };
}

function tooLong(): Ended {
  return { needed: true, rebuilt: false, because: TOO_LONG };
}

function addUp(page: RebuildPage, order: OrderKey, { needed, rebuilt, because }: Ended): void {
  page.looked += 1;
  page[needed ? 'needed' : 'unchanged'] += 1;
  page.rebuilt += rebuilt ? 1 : 0;
  if (because === null) return;
  page.refusals += 1;
  if (page.refused.length < SHOWN) page.refused.push({ order, because });
}

async function ended(journal: RebuiltOrder, dryRun: boolean, tools: RebuildTools): Promise<Ended> {
  const { key } = journal;
  const stored = await tools.collections.orders.findOne({ _id: String(key) }).lean<OrderDocument>();
  if (!stored && journal.rebuild.events === 0) return UNCHANGED;
  const plan = await planRebuild(key, stored, journal, tools);
  if (!plan.needed) return UNCHANGED;
  if (!dryRun) return await carriedOut(key, tools);
  // The order may have been committed a moment ago: its journal is written after the commit.
  const isYoung = plan.checked.findings.unexplained > 0 && !isExpired(journal);
  const again = isYoung ? await laterPlan(key, tools) : plan;
  return again.needed ? { needed: true, rebuilt: false, because: again.lacks } : UNCHANGED;
}

async function laterPlan(key: OrderKey, tools: RebuildTools) {
  await sleep(PAUSE_MS);
  return await find(key, tools);
}

async function carriedOut(key: OrderKey, tools: RebuildTools): Promise<Ended> {
  for (let tried = 1; ; tried += 1) {
    try {
      const { plan, version } = await rebuildIf(key, tools);
      return plan.needed ? { needed: true, rebuilt: version !== null, because: plan.lacks } : UNCHANGED;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code === 'unavailable') throw error;
      if (tried === TRIES) return { needed: true, rebuilt: false, because: error.message };
      await sleep(PAUSE_MS);
    }
  }
}
