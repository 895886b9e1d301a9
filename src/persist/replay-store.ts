import type { Collections } from './collections.ts';
import type { ReplayDocument } from './replay-schema.ts';

/** The runs that replay parked events. Each change is one write. */
export interface ReplayStore {
  /** Creates a run. False: one with this id exists. */
  begin: (run: ReplayDocument) => Promise<boolean>;
  find: (id: string) => Promise<ReplayDocument | null>;
  /** Newest first. */
  list: (limit: number) => Promise<ReplayDocument[]>;
  /** Ends a running run. False: it has already ended, or does not exist. */
  end: (
    id: string,
    ending: Pick<ReplayDocument, 'state' | 'because'> & { endedAt: Date },
  ) => Promise<boolean>;
  /** Writes a heartbeat and adds to the count. False: the run has ended, and only the count was written. */
  beat: (id: string, beatAt: Date, replayed: number) => Promise<boolean>;
  /** Counts an event of the run that was parked again and then claimed by a later run. */
  countParkedAgain: (id: string) => Promise<void>;
}

export function createReplayStore({ replays }: Pick<Collections, 'replays'>): ReplayStore {
  return {
    begin: async (run) => {
      const made = await replays.updateOne({ _id: run._id }, { $setOnInsert: run }, { upsert: true });
      return made.upsertedCount > 0;
    },
    find: async (id) => await replays.findOne({ _id: id }).lean<ReplayDocument>(),
    list: async (limit) => await replays.find().sort({ startedAt: -1 }).limit(limit).lean<ReplayDocument[]>(),
    end: async (id, ending) => {
      const ended = await replays.updateOne({ _id: id, state: 'running' }, { $set: ending });
      return ended.matchedCount > 0;
    },
    beat: async (id, beatAt, replayed) => {
      const beat = await replays.updateOne(
        { _id: id, state: 'running' },
        { $set: { beatAt }, $inc: { replayed } },
      );
      if (beat.matchedCount === 0 && replayed > 0)
        await replays.updateOne({ _id: id }, { $inc: { replayed } });
      return beat.matchedCount > 0;
    },
    countParkedAgain: async (id) => {
      await replays.updateOne({ _id: id }, { $inc: { parkedAgain: 1 } });
    },
  };
}
