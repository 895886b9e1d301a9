import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Every metric's name, help and labels. Shops, orders and ids are never labels: there are too many. Destinations are few. */
const MILLISECONDS_TO_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const SECONDS_TO_MINUTES = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

export type Metrics = ReturnType<typeof createMetrics>;

/** Creates metrics in a registry. */
function makersIn(registry: Registry) {
  const registers = [registry];
  return {
    counter: <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter({ name: `lockstep_${name}`, help, labelNames, registers }),
    gauge: <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
      new Gauge({ name: `lockstep_${name}`, help, labelNames, registers }),
    histogram: (name: string, help: string, buckets: number[]) =>
      new Histogram({ name: `lockstep_${name}`, help, buckets, registers }),
  };
}

/** What the app counts. */
function shopMetrics({ counter, gauge }: ReturnType<typeof makersIn>) {
  return {
    shops: gauge('shops', 'Shops that installed the app, by state', ['state']),
    shopsInNeed: gauge('shops_in_need', 'Installed shops that need attention'),
    reconciles: counter('reconciles_total', 'Passes over the orders of a shop, by outcome', ['outcome']),
    reconcileChecked: counter('reconcile_checked_total', "Orders compared with Shopify's"),
    reconcileDrift: counter('reconcile_drift_total', 'Orders that differed from Shopify, by kind', ['kind']),
    reconcileRepaired: counter('reconcile_repaired_total', 'Orders repaired with the state at Shopify'),
    reconcilePoints: counter('reconcile_points_total', "Points of the Admin API's budget that passes used"),
    reconcileBehind: gauge('reconcile_behind_seconds', 'Seconds since the most overdue shop was reconciled'),
    reconcileThrottled: counter(
      'reconcile_throttled_total',
      'Pauses of passes because Shopify throttled them',
    ),
  };
}

/** What publishers count, and what the dashboard measures of effects. */
function effectMetrics({ counter, gauge, histogram }: ReturnType<typeof makersIn>) {
  return {
    effects: counter('effects_total', 'Attempts to send an effect, by how they ended and topic', [
      'outcome',
      'topic',
    ]),
    effectsOpen: gauge('effects_open', 'Effects that are not ended, at most 10,000 of each state', [
      'destination',
      'state',
    ]),
    effectsOldestSeconds: gauge(
      'effects_oldest_seconds',
      'How long the oldest effect has been waiting, without those that an operator must decide about, and without pause windows',
      ['destination'],
    ),
    destinationCircuit: gauge(
      'destination_circuit',
      'Whether a destination accepts messages: 0 yes, 1 it is tried again, 2 it is down or asked for a pause; none while it is paused',
      ['destination'],
    ),
    publishers: gauge('publishers', 'Publishers that are running'),
    effectSeconds: histogram('effect_seconds', 'One attempt to send an effect', MILLISECONDS_TO_SECONDS),
    effectAgeSeconds: histogram(
      'effect_age_seconds',
      'From an effect created to its message accepted by the other side',
      SECONDS_TO_MINUTES,
    ),
  };
}

/** Of events on their way into mailboxes. */
function depositMetrics({ counter, histogram }: ReturnType<typeof makersIn>) {
  return {
    depositSeconds: histogram('deposit_seconds', 'Storing an event in Redis', MILLISECONDS_TO_SECONDS),
    spooledTotal: counter('spooled_total', "Events put into MongoDB's spool instead of Redis"),
    unspooledTotal: counter('unspooled_total', 'Events moved from the spool into their mailboxes'),
    redeposited: counter(
      'redeposited_total',
      'Events that Redis had lost, deposited again from their receipts',
    ),
    webhookIdsReused: counter(
      'webhook_ids_reused_total',
      'Webhook ids reused with a different body; each is a separate event',
    ),
    claimsDropped: counter('claims_dropped_total', 'Dedupe keys deleted early because Redis was full'),
    wakeFailures: counter('wake_failures_total', 'Wake-up jobs not added; the sweeper adds them'),
  };
}

/** A program's metrics, in a registry of its own. */
export function createMetrics() {
  const registry = new Registry();
  const makers = makersIn(registry);
  const { counter, gauge, histogram } = makers;
  // Event loop lag, memory, garbage collection and descriptors, under their usual names.
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    received: counter('received_total', 'Webhooks answered, by outcome and topic', ['outcome', 'topic']),
    ackSeconds: histogram('ack_seconds', 'From webhook received to answer sent', MILLISECONDS_TO_SECONDS),
    bodyBytes: gauge(
      'body_bytes_in_flight',
      'Bytes of bodies held in memory, beyond the first 16 KiB of each',
    ),
    notKept: counter('not_kept_total', "Unreadable webhooks not kept, over their shop's limit"),
    ...depositMetrics(makers),
    queueJobs: gauge('queue_jobs', 'Drain jobs by state', ['state']),
    waitingEvents: gauge('waiting_events', 'Events in mailboxes'),
    oldestWaitingSeconds: gauge('oldest_waiting_seconds', 'How long the oldest event has been waiting'),
    swept: counter('swept_total', 'Orders whose lost wake-up job the sweeper recreated'),
    drainsPaused: gauge('drains_paused', '1 while MongoDB is down or the spool is being moved'),
    drains: counter('drains_total', 'Drains by outcome', ['outcome']),
    lockWaitSeconds: histogram(
      'lock_wait_seconds',
      'From requesting a lock to holding it',
      MILLISECONDS_TO_SECONDS,
    ),
    lockHoldSeconds: histogram(
      'lock_hold_seconds',
      'From acquiring a lock to releasing it',
      MILLISECONDS_TO_SECONDS,
    ),
    locksLost: counter('locks_lost_total', 'Locks that expired or were released by an operator while held'),
    lockServersUp: gauge('lock_servers_up', 'Lock servers that answer; only the dashboard measures it'),
    fencingRejected: counter('fencing_rejected_total', 'Commits that MongoDB refused by version'),
    applied: counter('applied_total', 'Events processed, by outcome', ['outcome']),
    endToEndSeconds: histogram('end_to_end_seconds', 'From event received to applied', SECONDS_TO_MINUTES),
    commitSeconds: histogram(
      'commit_seconds',
      'One commit of many orders in MongoDB',
      MILLISECONDS_TO_SECONDS,
    ),
    commitOrders: histogram('commit_orders', 'Orders sharing one commit', [1, 2, 5, 10, 20, 50, 100, 200]),
    parked: gauge('parked_events', 'Events parked and not yet replayed or discarded'),
    spooled: gauge('spooled_events', "Events in MongoDB's spool"),
    receipts: gauge('receipts', 'Events with a receipt in MongoDB: with DURABILITY=both, those that wait'),
    changesPending: gauge('changes_pending', 'Commits that are not yet in the change feed'),
    changesSeconds: histogram('changes_seconds', 'From commit to the change feed', SECONDS_TO_MINUTES),
    ...shopMetrics(makers),
    ...effectMetrics(makers),
  };
}
