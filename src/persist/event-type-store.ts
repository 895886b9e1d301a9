import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { EventTypeDocument } from './event-type-schema.ts';

/** The registered types of events from other systems. */
export interface EventTypeStore {
  /** By name. */
  all: () => Promise<EventTypeDocument[]>;
  one: (type: string) => Promise<EventTypeDocument | null>;
  /**
   * Adds a type, or changes it if it still has the revision that was read.
   * @param revision null: it did not exist
   * @returns null: it was added, changed or deleted meanwhile
   */
  put: (
    type: string,
    fields: Pick<EventTypeDocument, 'dataSchema' | 'public'>,
    revision: number | null,
  ) => Promise<EventTypeDocument | null>;
  /** Events that were accepted stay. @returns whether there was one */
  remove: (type: string) => Promise<boolean>;
}

export function createEventTypeStore(
  { eventTypes }: Pick<Collections, 'eventTypes'>,
  now: () => number,
): EventTypeStore {
  return {
    all: async () => await eventTypes.find().sort({ _id: 1 }).lean<EventTypeDocument[]>(),
    one: async (type) => await eventTypes.findById(String(type)).lean<EventTypeDocument>(),
    put: async (type, fields, revision) => {
      const changedAt = new Date(now());
      if (revision !== null)
        return await eventTypes
          .findOneAndUpdate(
            { _id: { $eq: type }, revision },
            { $set: { ...fields, changedAt }, $inc: { revision: 1 } },
            { returnDocument: 'after' },
          )
          .lean<EventTypeDocument>();
      const made = { _id: type, ...fields, createdAt: changedAt, changedAt, revision: 1 };
      try {
        await eventTypes.create(made);
        return made;
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
    },
    remove: async (type) => (await eventTypes.deleteOne({ _id: { $eq: type } })).deletedCount === 1,
  };
}
