import { MISSING_STATES } from '../system/states.ts';
import type { EventDocument } from './event-schema.ts';
import type { WriteModel } from './bulk-write.ts';

/**
 * Updates the journal entry of an event that was parked before: with its new outcome, and the old one under `earlier`.
 * Each write matches only while the entry is parked, so repeating it after a crash changes nothing.
 */

/** The event was replayed and processed. */
export function afterReplay(namespace: string, entry: EventDocument): WriteModel {
  return retell(namespace, entry, { _id: entry._id, outcome: 'parked' });
}

/** It was parked again. Changes the entry only if the reason or the order differs, so a repetition adds nothing. */
export function parkedAgain(namespace: string, entry: EventDocument): WriteModel {
  const { _id, because, order } = entry;
  const differs = [{ because: { $ne: because } }, { order: { $ne: order } }];
  return retell(namespace, entry, { _id, outcome: 'parked', $or: differs });
}

/** Also covers a replay that died before it could record this, and events put back by other means. */
export function wasReplayed(namespace: string, id: string): WriteModel {
  return {
    namespace,
    name: 'updateOne',
    filter: { _id: id, state: { $in: [...MISSING_STATES] } } as object,
    update: { $set: { state: 'replayed' } },
  };
}

function retell(namespace: string, entry: EventDocument, filter: object): WriteModel {
  const { order, occurredAt, appliedAt, outcome, because, notes, sequence, worker, lockedAt } = entry;
  const rest = { order, occurredAt, appliedAt, outcome, because, sequence, worker, lockedAt };
  const now = notes ? { ...rest, notes } : rest;
  const before = { outcome: '$outcome', because: '$because', at: '$appliedAt' };
  return {
    namespace,
    name: 'updateOne',
    filter,
    update: [
      { $set: { earlier: { $concatArrays: [{ $ifNull: ['$earlier', []] }, [before]] } } },
      // As literals: a reason that begins with $ must not be read as a field.
      {
        $set: Object.fromEntries(
          Object.entries(now).map(([name, value]) => [name, { $literal: value ?? null }]),
        ),
      },
    ],
  };
}
