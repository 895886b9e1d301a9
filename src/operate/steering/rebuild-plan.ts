import type { OrderKey } from '../../order/identity.ts';
import type { Order } from '../../order/order.ts';
import type { KeepBody, WholeBody } from '../../order/whole-body.ts';
import type { Collections } from '../../persist/collections.ts';
import { fromDocument } from '../../persist/order-document.ts';
import type { OrderDocument } from '../../persist/order-fields.ts';
import { isRedacted } from '../../persist/redactions.ts';
import { underSetting, type BodySetting } from '../../persist/stored-body.ts';
import { fitting, isInTodaysForm } from '../../persist/todays-form.ts';
import { FINDINGS } from '../../system/findings.ts';
import type { RebuiltOrder } from '../stories/check-journal.ts';
import type { Checked } from '../stories/check-order.ts';
import { compareStored } from '../stories/compare-stored.ts';
import { isExpired, lackOf, redactionUnderWay } from './journal-lacks.ts';

export interface PlanTools {
  collections: Collections;
  keepBody: KeepBody;
  /** ORDER_BODY, which `keepBody` carries out. */
  setting: BodySetting;
  /** Does not change an order that has events which its journal lacks: no operator has looked at it. */
  isCareful?: true;
}

/** An order and its journal. */
interface Found {
  key: OrderKey;
  stored: OrderDocument | null;
  order: Order | null;
  journal: RebuiltOrder;
  checked: Checked;
}

/** What a rebuild would do to an order. */
export interface RebuildPlan extends Found, Decided {}

interface Decided {
  /** `document`: the journal does not have every event of the order. */
  from: 'journal' | 'document';
  /** Whether the order needs a change, even if that is not possible. */
  needed: boolean;
  /** The order as it would be stored; null: it would not change. */
  next: Order | null;
  /** What would change besides fields, in words. */
  changes: string[];
  /** Why the change is not or only partly possible; null: it is possible. */
  lacks: string | null;
}

/**
 * Decides how to bring an order in line with its journal, this version and ORDER_BODY. If the journal no longer has the
 * whole order, only what needs no journal is done: today's form, and dropping or masking the body.
 */
export async function planRebuild(
  key: OrderKey,
  stored: OrderDocument | null,
  journal: RebuiltOrder,
  tools: PlanTools,
): Promise<RebuildPlan> {
  const order = stored && fromDocument(stored);
  const { checked, rebuilt } = await compareStored(key, journal.rebuild, order, tools.collections);
  const found = { key, stored, order, journal, checked };
  const lacks = lackOf(journal) ?? (tools.isCareful ? unexplainedIn(found.checked) : null);
  const decided =
    lacks === null && rebuilt ? fromJournal(found, rebuilt) : await withoutJournal(found, lacks, tools);
  const underWay = await redactionUnderWay(key, tools.collections);
  return { ...found, ...decided, ...(underWay !== null && { next: null, lacks: lacks ?? underWay }) };
}

export function isWrong({ findings }: Checked): boolean {
  return FINDINGS.some((name) => findings[name] > 0);
}

function unexplainedIn({ findings: { unexplained } }: Checked): string | null {
  return unexplained > 0 ? `${unexplained} of its events are not in its journal` : null;
}

function fromJournal(found: Found, rebuilt: Order): Decided {
  const next = fitting(found.key, rebuilt);
  const changes = changesOf(found, next.whole);
  const needed = isWrong(found.checked) || changes.length > 0;
  return { from: 'journal', needed, next: needed ? next : null, changes, lacks: null };
}

async function withoutJournal(found: Found, lacks: string | null, tools: PlanTools): Promise<Decided> {
  const { order, checked } = found;
  const because = lacks ?? 'it has no events';
  if (!order || checked.damage.length > 0)
    return { from: 'document', needed: true, next: null, changes: [], lacks: because };
  return fromDocumentItself(found, order, await bodyWithoutEvents(found, order, tools), because, tools);
}

/** @param made its body under ORDER_BODY; null: it needs one that is not stored anywhere */
function fromDocumentItself(
  found: Found,
  order: Order,
  made: Made | null,
  because: string,
  { setting }: PlanTools,
): Decided {
  const { whole } = made ?? order;
  const changes = changesOf(found, whole);
  const next = changes.length > 0 ? fitting(found.key, withBody(order, whole)) : null;
  const isLeftWrong = !isExpired(found.journal) && isWrong(found.checked);
  const decided = { from: 'document', next, changes } as const;
  if (!made) {
    const missing = `its body is not stored as ORDER_BODY=${setting} requires, and ${because}`;
    return { ...decided, needed: true, lacks: missing };
  }
  return {
    ...decided,
    needed: next !== null || isLeftWrong,
    lacks: next && !isLeftWrong ? null : because,
  };
}

/** Undefined: the order has none. */
interface Made {
  whole?: WholeBody | undefined;
}

function withBody(order: Order, whole: WholeBody | undefined): Order {
  const { whole: _, ...fields } = order;
  return { ...fields, ...(whole && { whole }) };
}

/** A damaged order cannot be compared, and is replaced in any case. */
function changesOf({ stored, order, checked }: Found, whole: WholeBody | undefined): string[] {
  if (!stored || !order || checked.damage.length > 0) return [];
  const form = isInTodaysForm(stored) ? [] : ['stored as this version stores orders'];
  return stateOf(order.whole) === stateOf(whole) ? form : [...form, bodyInWords(whole)];
}

function stateOf(whole: WholeBody | undefined): string {
  return whole ? `${whole.kept} ${whole.body !== null}` : 'none';
}

function bodyInWords(whole: WholeBody | undefined): string {
  if (!whole) return 'stored without its body (ORDER_BODY=none)';
  if (whole.body === null) return `stored without its body: ${whole.leftOut}`;
  return `its body stored (ORDER_BODY=${whole.kept})`;
}

/** Null: the order needs a body that is not stored anywhere. */
async function bodyWithoutEvents(found: Found, order: Order, tools: PlanTools): Promise<Made | null> {
  const made = underSetting(order.whole, tools.setting) ?? newestLeft(order, found.journal);
  if (made || order.whole) return made;
  const needsNone = order.snapshot === null || (await isRedacted(found.key, order, tools.collections));
  return needsNone ? {} : null;
}

/** Only its newest body: an older one that is left in the journal would bring back what was changed since. */
function newestLeft({ snapshot }: Order, { damage, rebuild }: RebuiltOrder): Made | null {
  const whole = damage === null ? rebuild.order?.whole : undefined;
  return whole?.body && whole.position === snapshot?.position ? { whole } : null;
}
