import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import type { IntakeKeyDocument } from './intake-key-schema.ts';

/** Idempotency keys. MongoDB's index of `_id` makes each unique over all processes. */
export interface IntakeKeys {
  one: (id: string) => Promise<IntakeKeyDocument | null>;
  /**
   * Durable when it returns (majority and journal).
   * @returns the key as it is kept: another request may have written it first
   */
  keep: (key: IntakeKeyDocument) => Promise<IntakeKeyDocument>;
  /** Whether a drain has processed or parked an event. */
  isJournaled: (event: string) => Promise<boolean>;
}

export function createIntakeKeys({
  intakeKeys,
  events,
}: Pick<Collections, 'intakeKeys' | 'events'>): IntakeKeys {
  const one = async (id: string) => await intakeKeys.findById(String(id)).lean<IntakeKeyDocument>();
  return {
    one,
    keep: async (key) => {
      try {
        await intakeKeys.create(key);
        return key;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const first = await one(key._id);
        if (!first) throw new Error('an idempotency key expired while it was read', { cause: error });
        return first;
      }
    },
    isJournaled: async (event) => (await events.exists({ _id: { $eq: event } })) !== null,
  };
}
