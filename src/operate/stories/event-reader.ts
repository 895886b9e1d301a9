import type { EventId } from '../../order/identity.ts';
import type { Collections } from '../../persist/collections.ts';
import type { EventDocument } from '../../persist/event-schema.ts';
import type { ParkedDocument } from '../../persist/parked-schema.ts';

/** One event with its payload, from the journal, or from the parked events, which may outlive it. */
export type EventReader = (id: EventId) => Promise<EventDocument | null>;

export function createEventReader({ events, parked }: Pick<Collections, 'events' | 'parked'>): EventReader {
  return async (id) => {
    const entry = await events.findOne({ _id: String(id) }).lean<EventDocument>();
    if (entry) return entry;
    const kept = await parked.findOne({ _id: String(id) }).lean<ParkedDocument>();
    return kept && asTold(kept);
  };
}

function asTold({ error, firstAt, ...kept }: ParkedDocument): EventDocument {
  const end = { occurredAt: null, appliedAt: firstAt, sequence: null, duplicates: 0 };
  return { ...kept, ...end, outcome: 'parked', because: error };
}
