import type { DestinationStore } from '../persist/destination-store.ts';
import type { EffectStore } from '../persist/effect-store.ts';
import { messageOf } from '../system/errors.ts';
import type { Logger } from '../system/log.ts';
import { repeating, type Repeating } from '../system/repeating.ts';
import type { LaneQueues } from './lane-queues.ts';

/** Half of the ten seconds that P6 allows, so one sweep may fail. */
const EVERY_MS = 5000;
/** A lane that was due for this long should have a job. */
const DUE_FOR_MS = 2000;
const PAGE = 1000;

interface SweeperTools {
  destinations: Pick<DestinationStore, 'all'>;
  effects: Pick<EffectStore, 'due' | 'skipOrphans'>;
  queues: LaneQueues;
  log: Logger;
  now: () => number;
}

/**
 * Finds lanes with due effects but without a job, and wakes them: a publisher died between the effects and the wake-up,
 * or Redis lost its data. It looks at the thousand effects that have been due for longest, and continues while it finds
 * lost jobs, so a long backlog costs no more than a short one.
 */
export function laneSweeper({ destinations, effects, queues, log, now }: SweeperTools): Repeating {
  const sweep = async () => {
    const all = await destinations.all();
    const orphans = await effects.skipOrphans(
      all.map(({ _id }) => _id),
      new Date(now()),
    );
    if (orphans > 0) log.info({ effects: orphans }, 'skipped effects of deleted destinations');
    const active = all.filter(({ state }) => state === 'active');
    for (const destination of active) {
      const due = await effects.due(destination._id, new Date(now() - DUE_FOR_MS), PAGE);
      const byOrder = new Map(due.map((each) => [each.order, each]));
      const lost = await queues.withoutJob(destination._id, [...byOrder.keys()]);
      if (lost.length === 0) continue;
      await queues.wakeAgain(
        destination,
        lost.flatMap((order) => byOrder.get(order) ?? []),
      );
      log.info({ destination: destination._id, lanes: lost.length }, 'woke lanes whose job was lost');
    }
  };
  return repeating('lane sweeper', EVERY_MS, sweep, (error) =>
    log.debug({ because: messageOf(error) }, 'could not sweep lanes; trying again'),
  );
}
