import type { Metrics } from '../../system/metrics.ts';
import { CIRCUIT_STATES } from '../../system/destination-signs.ts';
import type { EffectsStatus } from '../shapes/effects-status.ts';
import type { SystemStatus } from '../shapes/system.ts';

/** Updates the gauges of waiting, parked and spooled events, queue jobs, lock servers, shops and effects from a status. A gauge whose value is unknown keeps its last one. */
export function measureStatus(metrics: Metrics, status: SystemStatus): void {
  const { waitingEvents, oldestWaitMs, queues, parked, spooled, shops, effects, lockServers } = status;
  metrics.lockServersUp.set(lockServers.up);
  if (waitingEvents !== null) metrics.waitingEvents.set(waitingEvents);
  if (oldestWaitMs !== null) metrics.oldestWaitingSeconds.set(oldestWaitMs / 1000);
  for (const [state, count] of Object.entries(queues ?? {})) metrics.queueJobs.set({ state }, count);
  if (parked !== null) metrics.parked.set(parked);
  if (spooled !== null) metrics.spooled.set(spooled);
  if (effects !== null) measureEffects(metrics, effects);
  if (shops === null) return;
  metrics.shops.set({ state: 'installed' }, shops.installed);
  metrics.shops.set({ state: 'uninstalled' }, shops.uninstalled);
  metrics.shopsInNeed.set(shops.needAttention);
}

/** Only the dashboard measures them, not each publisher. A destination that was deleted has none any more. */
function measureEffects(metrics: Metrics, { destinations, publishers }: EffectsStatus): void {
  if (publishers !== null) metrics.publishers.set(publishers);
  for (const gauge of [metrics.effectsOpen, metrics.effectsOldestSeconds, metrics.destinationCircuit])
    gauge.reset();
  for (const { name: destination, oldest, circuit, ...counts } of destinations) {
    for (const [state, field] of Object.entries(OPEN_STATES))
      metrics.effectsOpen.set({ destination, state }, counts[field]);
    metrics.effectsOldestSeconds.set({ destination }, oldest ? (oldest.waitMs - oldest.heldMs) / 1000 : 0);
    if (circuit && circuit.state !== 'not_asked')
      metrics.destinationCircuit.set({ destination }, CIRCUIT_STATES.indexOf(circuit.state));
  }
}

const OPEN_STATES = {
  waiting: 'waiting',
  failing: 'failing',
  sleeping: 'sleeping',
  in_doubt: 'inDoubt',
  parked: 'parked',
} as const;
