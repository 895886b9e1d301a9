import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { nameOf, type Program } from './programs.ts';

/** Patch it if yours is elsewhere. */
const PROMETHEUS = 'http://prometheus-operated.monitoring.svc:9090';

/** Events that one worker applies within a few seconds. */
const WAITING_FOR_ONE_WORKER = 2000;
/** A worker for every ten seconds that the oldest event has waited. */
const SECONDS_FOR_ONE_WORKER = 10;
/** Fewer events are no backlog: one order that cannot be applied must not start workers. */
const BACKLOG = 200;

/**
 * Every program reports the same gauges: their maximum is the figure, their sum is a multiple of it. While Prometheus does
 * not answer, four workers run.
 */
export const WORKERS = new ScaledObject({
  metadata: { name: nameOf({ name: 'worker' }) },
  spec: {
    scaleTargetRef: { name: nameOf({ name: 'worker' }) },
    minReplicaCount: 2,
    maxReplicaCount: 8,
    fallback: { failureThreshold: 3, replicas: 4 },
    advanced: slowlyDown(),
    triggers: [
      queried('max(lockstep_waiting_events)', WAITING_FOR_ONE_WORKER),
      queried(
        `max(lockstep_oldest_waiting_seconds) * (max(lockstep_waiting_events) > bool ${BACKLOG})`,
        SECONDS_FOR_ONE_WORKER,
      ),
    ],
  },
});

/** Ingest needs CPU time, and little else. */
export const INGESTS = new ScaledObject({
  metadata: { name: nameOf({ name: 'ingest' }) },
  spec: {
    scaleTargetRef: { name: nameOf({ name: 'ingest' }) },
    minReplicaCount: 2,
    maxReplicaCount: 10,
    advanced: slowlyDown(),
    triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '60' } }],
  },
});

/** Their number is KEDA's: applying the Deployment again must not set it back. */
export const SCALED: readonly Program['name'][] = ['ingest', 'worker'];

/** As many workers as the figure divided by what one worker takes. KEDA's fallback needs this type of metric. */
function queried(query: string, forOneWorker: number) {
  return {
    type: 'prometheus',
    metricType: 'AverageValue' as const,
    metadata: { serverAddress: PROMETHEUS, query, threshold: String(forOneWorker) },
  };
}

/** A sale pauses, and goes on. */
function slowlyDown() {
  return { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 300 } } } };
}
