import type { Settled } from '../order/decide.ts';
import type { WaitingEvent } from '../order/event.ts';
import { partsOf, type OrderKey } from '../order/identity.ts';
import type { Logger } from '../system/log.ts';
import type { Metrics } from '../system/metrics.ts';

/** Reports on drains: metrics, and one log line per processed event. */
export interface DrainWatch {
  locked: (waitedMs: number) => void;
  unlocked: (heldMs: number) => void;
  refused: (order: OrderKey) => void;
  moved: (event: WaitingEvent, to: OrderKey) => void;
  settled: (decision: Settled) => void;
}

export function createDrainWatch(metrics: Metrics, log: Logger, now: () => number): DrainWatch {
  const ended = (event: WaitingEvent, outcome: string, because: string | null) => {
    metrics.applied.inc({ outcome });
    metrics.endToEndSeconds.observe(Math.max(0, now() - event.receivedAt) / 1000);
    const { shop, orderId } = partsOf(event.order);
    const waitedMs = now() - event.receivedAt;
    log.info(
      { shop, order: orderId, event: event.id, topic: event.topic, outcome, because, waitedMs },
      outcome,
    );
  };
  return {
    locked: (waitedMs) => metrics.lockWaitSeconds.observe(waitedMs / 1000),
    unlocked: (heldMs) => metrics.lockHoldSeconds.observe(heldMs / 1000),
    refused: (order) => {
      metrics.fencingRejected.inc();
      log.warn({ order }, 'commit refused: the order has a newer version');
    },
    moved: ({ id, order }, to) =>
      log.info({ event: id, from: order, to }, 'event moved to the mailbox of the order that its body names'),
    settled: ({ ended: applied, rejected }) => {
      for (const each of applied) ended(each.waiting, each.applied.outcome, each.applied.because);
      for (const each of rejected) ended(each.waiting, 'parked', each.because);
    },
  };
}
