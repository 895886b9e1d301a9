import type { BackfillStore } from '../persist/backfill-store.ts';
import type { LaneTools } from './lane.ts';
import { HistoryNotReady } from './history.ts';
import { insertHistory, type HistoryTools } from './lane-history.ts';

interface HandoverTools extends HistoryTools {
  backfills: HistoryTools['backfills'] & Pick<BackfillStore, 'read' | 'made' | 'remember'>;
}

/**
 * The handover from history to live, lane by lane: a lane of a destination with an unfinished backfill is not sent
 * before it has its history. If the scan (backfill-scan.ts) has not reached the order, the lane makes its history
 * itself, and remembers that. It holds the lane's lock. If it dies at any line, the next run repeats it.
 */
export function createHandover(tools: HandoverTools): LaneTools['handOver'] {
  return async ({ order }, destination) => {
    // A publisher notices a new backfill within a second, and its end by the new revision.
    if (!destination.backfill || destination.backfill.endedAt) return true;
    const backfill = await tools.backfills.read(destination);
    if (!backfill || backfill.endedAt || order <= backfill.position) return true;
    if ((await tools.backfills.made(backfill.id, [order])).size > 0) return true;
    try {
      await insertHistory({ ...destination, backfill }, order, tools);
    } catch (error) {
      if (error instanceof HistoryNotReady) return false;
      throw error;
    }
    await tools.backfills.remember(backfill.id, order, new Date(tools.now()));
    return true;
  };
}
