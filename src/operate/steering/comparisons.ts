import type { DestinationDocument } from '../../persist/destination-schema.ts';
import type { EffectDocument } from '../../persist/effect-schema.ts';
import type { NewestState, RepairStore } from '../../persist/repair-store.ts';
import { invalidField, Refusal } from '../refusal.ts';
import type { ComparedPart, CompareRequest, Repaired, RepairRequest } from '../shapes/comparisons.ts';
import { oneOf, type DestinationTools } from './destinations.ts';
import { refuseEnded } from './when-sent.ts';

/** Where the rest of a comparison begins. */
interface From {
  after: string | null;
  cursor: string | null;
}
type Part = Omit<ComparedPart, 'next'> & { rest: From | null };
type Held = NonNullable<CompareRequest['held']>;

export interface ComparisonTools {
  /** @throws Refusal if the other side cannot be read */
  compareReadBack: (destination: DestinationDocument, from: From) => Promise<Part>;
  compareHeld: (destination: DestinationDocument, held: Omit<Held, 'at'> & { at: Date }) => Promise<Part>;
  repairs: RepairStore;
  repairOf: (destination: DestinationDocument, newest: NewestState, now: Date) => EffectDocument;
  /** Stores effects, and wakes their lanes. */
  send: (destination: DestinationDocument, effects: EffectDocument[]) => Promise<void>;
}

/** Compares a part of what the other side has with what it should have. It changes nothing. */
export async function compareDestination(
  name: string,
  { next, held }: CompareRequest,
  tools: DestinationTools & ComparisonTools,
): Promise<ComparedPart> {
  const destination = await oneOf(name, tools);
  if (destination.kind === 'handler')
    throw new Refusal('conflict', 'a handler has no other side to compare with');
  const from = next === null ? { after: null, cursor: null } : fromOf(next);
  const at = new Date(held?.at ?? tools.now());
  // A part of a file whose differences did not fit continues behind them.
  const { rest, ...part } = held
    ? await tools.compareHeld(destination, { ...behind(held, from.after), at })
    : await tools.compareReadBack(destination, from);
  return {
    ...part,
    next: rest && Buffer.from(JSON.stringify([rest.after, rest.cursor])).toString('base64url'),
  };
}

function behind(held: Held, after: string | null): Held {
  return { ...held, after: after ?? held.after };
}

/** @throws Refusal if it is not one of ours */
function fromOf(next: string): From {
  try {
    const [after, cursor] = JSON.parse(Buffer.from(next, 'base64url').toString()) as unknown[];
    const isText = (value: unknown) => value === null || typeof value === 'string';
    if (isText(after) && isText(cursor)) return { after, cursor } as From;
  } catch {
    // Not ours.
  }
  throw invalidField('next', 'not `next` of a part of a comparison');
}

/** Sends the newest state of orders again. Asked for twice, it is sent once. */
export async function repairDestination(
  name: string,
  { orders, dryRun }: RepairRequest,
  tools: DestinationTools & ComparisonTools,
): Promise<Repaired> {
  const destination = await oneOf(name, tools);
  if (destination.kind === 'handler') throw new Refusal('conflict', 'a handler has no other side to repair');
  refuseEnded(destination, tools.now());
  const asked = [...new Set(orders)];
  const [newest, open] = await Promise.all([
    tools.repairs.newest(asked),
    tools.repairs.withOpen(name, asked),
  ]);
  const mine = newest.filter(({ _id }) => isOfShops(_id, destination.shops));
  const now = new Date(tools.now());
  const wanted = mine
    .filter(({ _id }) => !open.has(_id))
    .map((each) => tools.repairOf(destination, each, now));
  const existing = await tools.repairs.existing(wanted.map(({ _id }) => _id));
  const effects = wanted.filter(({ _id }) => !existing.has(_id));
  if (!dryRun) await tools.send(destination, effects);
  const did = dryRun
    ? `nothing was changed; would be sent again: ${effects.length}`
    : `sent again: ${effects.length}`;
  return {
    dryRun,
    effects: effects.length,
    onItsWay: open.size,
    already: existing.size,
    unknown: asked.length - mine.length,
    did,
  };
}

function isOfShops(order: string, shops: readonly string[] | null): boolean {
  return shops === null || shops.includes(order.slice(0, order.indexOf('/')));
}
