import { setTimeout as sleep } from 'node:timers/promises';
import { sendSigned } from '../../testkit/deliveries/signed.ts';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { prove } from '../../testkit/proof/prove.ts';
import { SentLog } from '../../testkit/proof/sent-log.ts';
import type { LoadTestRun, Sample } from '../report/run.ts';
import { holdsOf, overlapsIn } from '../../testkit/proof/overlaps.ts';
import { Forger } from './forged.ts';
import { LatencyLog } from './latencies.ts';
import { machineOf } from './machine.ts';
import type { Sale } from './plan.ts';
import { noteAnswer, pacingOf, sendAll, type SendOptions, type Sending } from './send.ts';
import type { Target } from './stack.ts';
import { promisesOf, verdictOf } from './verdict.ts';
import { SaleWatch } from './watch.ts';

export function newSending({ connections, rate }: Pick<SendOptions, 'connections' | 'rate'>): Sending {
  const intervalMs = rate === null ? null : 1000 / pacingOf(connections, rate).each;
  return {
    sent: 0,
    acked: 0,
    answers: {},
    log: new SentLog(),
    latencies: new LatencyLog(intervalMs),
    firstAt: 0,
    lastAt: 0,
  };
}

/**
 * Sends a sale, waits until all of it is applied, and compares the answers with what is stored. A smaller
 * sale, which is not counted, warms the programs up: a real sale does not begin with a deployment.
 */
export async function runSale(
  { sale, warmUp }: { sale: Sale; warmUp: Sale },
  target: Target,
  options: SendOptions,
  command: string,
  onSample: (sample: Sample) => void,
): Promise<LoadTestRun> {
  const startedAt = new Date().toISOString();
  await sendAll(warmUp.deliveries, { ...options, ...WARM }, newSending(WARM));
  const sending = newSending(options);
  const forger = new Forger(options.url, sale.deliveries);
  const watch = await SaleWatch.open(target, sending, onSample);
  try {
    await untilSettled(watch, warmUp.figures.events);
    await watch.begin();
    forger.start();
    const unanswered = await sendAll(sale.deliveries, options, sending);
    await forger.stop();
    const sentAgain = await sendAgain(unanswered, options, sending);
    const settled = await untilSettled(watch, sale.figures.events);
    const drainedAt = performance.now();
    const times = await watch.stop();
    const found = await proofOf(sale, target, sending, watch, forger);
    const ack = sending.latencies.whole();
    const seconds = {
      sending: (sending.lastAt - sending.firstAt) / 1000,
      draining: Math.max(0, drainedAt - sending.lastAt) / 1000,
    };
    const { events } = sale.figures;
    const facts = { ...found, events, answers: sending.answers, slowestMs: ack.maxMs, settled };
    const run = {
      command,
      startedAt,
      machine: await machineOf(target),
      plan: { ...sale.figures, connections: options.connections, rate: options.rate },
      sent: sending.sent,
      answers: sending.answers,
      sentAgain,
      seconds,
      acksPerSecond: sending.acked / seconds.sending,
      appliedPerSecond: found.audit.journaled / (seconds.sending + seconds.draining),
      ack,
      times,
      samples: watch.samples,
      promises: promisesOf(facts),
    };
    return { ...run, verdict: verdictOf(run) };
  } finally {
    await forger.stop();
    await watch.close();
  }
}

/** What is stored of a sale and of the forged webhooks in it, and which drain held each order, and when. */
async function proofOf(
  { shops }: Sale,
  { partitions }: Target,
  { log }: Sending,
  { collections, redis }: SaleWatch,
  forger: Forger,
) {
  const holds = await holdsOf(collections, shops);
  return {
    audit: await prove(log, { collections, redis, partitions, shops }),
    forged: await forger.found(collections),
    drains: { holds: holds.length, overlaps: overlapsIn(holds) },
  };
}

const WARM = { connections: 50, rate: null };

const ROUNDS = 20;
/** Rounds in which nothing was accepted: Lockstep is unreachable. */
const MOST_UNMOVED = 3;
const BETWEEN_ROUNDS_MS = 500;

/** As Shopify does, only sooner. */
async function sendAgain(
  unanswered: Delivery[],
  { url, secret }: SendOptions,
  sending: Sending,
): Promise<number> {
  let left = unanswered;
  let unmoved = 0;
  for (let round = 0; round < ROUNDS && left.length > 0; round += 1) {
    await sleep(BETWEEN_ROUNDS_MS);
    const still: Delivery[] = [];
    for (const delivery of left) {
      sending.sent += 1;
      const { status, answer } = await sendSigned(url, delivery, secret).catch(() => ({
        status: null,
        answer: {},
      }));
      if (!noteAnswer(sending, status, JSON.stringify(answer))) still.push(delivery);
      sending.lastAt = performance.now();
    }
    if (still.length === left.length) unmoved += 1;
    if (unmoved === MOST_UNMOVED) break;
    left = still;
  }
  return unanswered.length;
}

/** Returns whether everything was applied in time: a minute and 10 ms per event. */
async function untilSettled(watch: SaleWatch, events: number): Promise<boolean> {
  const deadline = Date.now() + 60_000 + 10 * events;
  while (!(await watch.isSettled())) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
