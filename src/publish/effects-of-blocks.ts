import { createHash } from 'node:crypto';
import { changesOfCommit, setsOff, type CommittedChange } from '../order/effects.ts';
import type { BlockDocument } from '../persist/block-schema.ts';
import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { EffectDocument } from '../persist/effect-schema.ts';
import { hasEnded } from '../system/destination-end.ts';

type Commit = Omit<BlockDocument['commits'][number], '_id'>;
/** Blocks, as far as effects depend on them. */
interface Block {
  _id: number;
  commits: readonly Commit[];
}
type Reached = Pick<DestinationDocument, '_id' | 'uid' | 'afterBlock' | 'on' | 'shops' | 'until'>;

/** The effects that the changes in these blocks set off, in sequence. Pure: the same blocks give the same effects. */
export function effectsOf(
  blocks: readonly Block[],
  destinations: readonly Reached[],
  now: Date,
): EffectDocument[] {
  return blocks.flatMap(({ _id: block, commits }) => {
    const reached = destinations.filter(({ afterBlock }) => block > afterBlock);
    return commits.flatMap((commit) => {
      // The time of the commit decides: it does not matter when a change is routed.
      const live = reached.filter((each) => !hasEnded(each, commit.committedAt));
      return changesOfCommit(commit).flatMap((change) =>
        live
          .filter((each) => setsOff(each, shopOf(commit.order), change))
          .map((destination) => effectOf(destination, commit, change, now)),
      );
    });
  });
}

/** The effect of a change at a destination. */
export function effectOf(
  { _id: destination, uid }: Pick<Reached, '_id' | 'uid'>,
  { order, committedAt }: Pick<Commit, 'order' | 'committedAt'>,
  change: CommittedChange,
  now: Date,
): EffectDocument {
  const { version, index, sequence, event, topic, before, after, outcome, occurredAt } = change;
  return {
    _id: effectId(uid, order, event ?? `${topic}@${committedAt}`),
    destination,
    order,
    shop: shopOf(order),
    webhookId: null,
    version,
    index,
    sequence,
    event,
    topic,
    before,
    after,
    late: outcome === 'late',
    occurredAt: new Date(occurredAt),
    ...notSentYet(now),
  };
}

/** How every effect begins: it is due now, and no attempt has been made. */
export function notSentYet(now: Date) {
  return {
    state: 'waiting',
    open: true,
    attempts: 0,
    failures: 0,
    dueAt: now,
    lastError: null,
    because: null,
    createdAt: now,
    sentAt: null,
    receipt: null,
    doneAt: null,
  } as const satisfies Partial<EffectDocument>;
}

/** The same change has the same id at a destination, however often it is routed. */
export function effectId(...of: string[]): string {
  return `ef_${createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 40)}`;
}

export function shopOf(order: string): string {
  return order.slice(0, order.indexOf('/'));
}
