import { equals } from './equals.ts';

// Which parked events a list or an action is about, as conditions for MongoDB.

/** Which parked events: some by id, or all that match a filter. */
export type ParkedSelection =
  | { events: string[] }
  | { cause?: string | undefined; topic?: string | undefined; shop?: string | undefined };

/** A page continues after this event. */
export interface ParkedMark {
  at: Date;
  event: string;
}

export function conditionsOf(which: ParkedSelection): object {
  if ('events' in which) return { _id: { $in: which.events } };
  const { cause, topic, shop } = which;
  return equals({ cause, topic, shop });
}

/** `g` follows `f`, the last hex digit. */
export function begunBy(hash: string | undefined): object {
  return hash === undefined ? {} : { _id: { $gte: hash, $lt: `${hash}g` } };
}

/** A filter selects only events parked before that time. A list of ids is fixed and needs no limit. */
export function frozen(which: ParkedSelection, before: Date): object {
  return 'events' in which ? conditionsOf(which) : { ...conditionsOf(which), lastAt: { $lt: before } };
}

export function olderThan(mark: ParkedMark | null): object {
  if (!mark) return {};
  return {
    lastAt: { $lte: mark.at },
    $or: [{ lastAt: { $lt: mark.at } }, { _id: { $lt: mark.event } }],
  };
}
