import type { Metrics } from '../../system/metrics.ts';
import type { SystemStatus } from '../shapes/system.ts';

/** Updates the gauges of waiting, parked and spooled events, queue jobs and shops from a status. A gauge whose value is unknown keeps its last one. */
export function measureStatus(metrics: Metrics, status: SystemStatus): void {
  const { waitingEvents, oldestWaitMs, queues, parked, spooled, shops } = status;
  if (waitingEvents !== null) metrics.waitingEvents.set(waitingEvents);
  if (oldestWaitMs !== null) metrics.oldestWaitingSeconds.set(oldestWaitMs / 1000);
  for (const [state, count] of Object.entries(queues ?? {})) metrics.queueJobs.set({ state }, count);
  if (parked !== null) metrics.parked.set(parked);
  if (spooled !== null) metrics.spooled.set(spooled);
  if (shops === null) return;
  metrics.shops.set({ state: 'installed' }, shops.installed);
  metrics.shops.set({ state: 'uninstalled' }, shops.uninstalled);
  metrics.shopsInNeed.set(shops.needAttention);
}
