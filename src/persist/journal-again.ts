import type { EventDocument } from './event-schema.ts';
import type { WriteModel } from './write-all.ts';

/**
 * What the journal says of an event that was parked before: what it became, and under `earlier` what it was.
 * Each write matches only while the entry says parked, so one that is repeated after a crash changes nothing.
 */

/** It ended at last. */
export function afterReplay(namespace: string, entry: EventDocument): WriteModel {
  return retell(namespace, entry, { _id: entry._id, outcome: 'parked' });
}

/** It was parked again: told where the reason or the order is another, so that a repetition tells nothing twice. */
export function parkedAnew(namespace: string, entry: EventDocument): WriteModel {
  const { _id, because, order } = entry;
  const differs = [{ because: { $ne: because } }, { order: { $ne: order } }];
  return retell(namespace, entry, { _id, outcome: 'parked', $or: differs });
}

/** Also where the replay died before it could say so itself, or somebody put the event back by other means. */
export function wasReplayed(namespace: string, id: string): WriteModel {
  return {
    namespace,
    name: 'updateOne',
    filter: { _id: id, state: { $in: ['parked', 'replaying'] } } as object,
    update: { $set: { state: 'replayed' } },
  };
}

function retell(namespace: string, entry: EventDocument, filter: object): WriteModel {
  const { order, occurredAt, appliedAt, outcome, because, notes, sequence, worker, lockedAt } = entry;
  const told = { order, occurredAt, appliedAt, outcome, because, sequence, worker, lockedAt };
  const now = notes ? { ...told, notes } : told;
  const before = { outcome: '$outcome', because: '$because', at: '$appliedAt' };
  return {
    namespace,
    name: 'updateOne',
    filter,
    update: [
      { $set: { earlier: { $concatArrays: [{ $ifNull: ['$earlier', []] }, [before]] } } },
      // As values: a reason that begins with $ is no field.
      {
        $set: Object.fromEntries(
          Object.entries(now).map(([name, value]) => [name, { $literal: value ?? null }]),
        ),
      },
    ],
  };
}
