import type { Proof } from '../../testkit/proof/prove.ts';
import type { Forged } from './forged.ts';
import type { LoadTestRun, PromiseKept } from '../report/run.ts';

/** Shopify waits this long for an answer. */
const SHOPIFY_WAITS_MS = 5000;

interface Found {
  audit: Proof;
  forged: Forged;
  /** Holds of orders by drains, and how many of them began during another. */
  drains: { holds: number; overlaps: number };
  /** Different events to send. */
  events: number;
  answers: Record<string, number>;
  slowestMs: number;
  settled: boolean;
}

/** Each promise, and whether a run kept it. */
export function promisesOf(found: Found): PromiseKept[] {
  return [...takenAsPromised(found), ...appliedAsPromised(found)];
}

function takenAsPromised({ audit, forged, events, answers, slowestMs }: Found): PromiseKept[] {
  const others = Object.entries(answers).filter(([name]) => !name.startsWith('200 '));
  const other = others.reduce((sum, [, count]) => sum + count, 0);
  const acked = audit.acked === events;
  return [
    {
      id: 'Answers',
      claim: 'every answer was 200, within 5 s',
      kept: other === 0 && slowestMs < SHOPIFY_WAITS_MS,
      figures: `${other} others, slowest ${Math.round(slowestMs)} ms`,
    },
    {
      id: 'P1',
      claim: 'no forged webhook was accepted',
      kept: forged.sent > 0 && forged.refused === forged.sent && forged.kept === 0,
      figures: `${forged.refused} of ${forged.sent} forged refused, ${forged.kept} kept`,
    },
    {
      id: 'P2',
      claim: 'every event answered with 200 is stored',
      kept: audit.lost === 0 && acked,
      figures: `${audit.lost} lost of ${audit.acked} acknowledged (${events} to send)`,
    },
  ];
}

function appliedAsPromised({ audit, drains, settled }: Found): PromiseKept[] {
  return [
    {
      id: 'P3',
      claim: 'no event was applied twice',
      kept: audit.twice === 0,
      figures: `${audit.twice} twice, ${audit.duplicates} duplicates rejected`,
    },
    {
      id: 'P4',
      claim: 'no two drains applied events of one order at the same time',
      kept: drains.overlaps === 0,
      figures: `${drains.overlaps} overlaps among ${drains.holds} drains`,
    },
    {
      id: 'P5',
      claim: 'events were applied in sequence, and every order is what the rules make of its events',
      kept: audit.inversions + audit.wrong === 0,
      figures: `${audit.inversions} inversions, ${audit.wrong} orders wrong`,
    },
    {
      id: 'P6',
      claim: 'nothing is left waiting',
      kept: settled && audit.waiting + audit.spooled === 0,
      figures: `${audit.waiting} waiting, ${audit.spooled} spooled`,
    },
    {
      id: 'P7',
      claim: 'nothing had to be parked',
      kept: audit.parked === 0,
      figures: `${audit.parked} parked`,
    },
    {
      id: 'P8',
      claim: 'every applied event is in the journal',
      kept: audit.unexplained === 0,
      figures: `${audit.unexplained} unexplained`,
    },
  ];
}

/** One sentence. */
export function verdictOf(
  run: Pick<LoadTestRun, 'promises' | 'plan' | 'acksPerSecond' | 'ack' | 'seconds'>,
): LoadTestRun['verdict'] {
  const broken = run.promises.filter(({ kept }) => !kept);
  const { orders, events } = run.plan;
  if (broken.length > 0) {
    const what = broken.map(({ id, figures }) => `${id} (${figures})`).join(', ');
    return { kept: false, sentence: `BROKEN: ${what}, in a sale of ${orders} orders.` };
  }
  const rate = rateText(run.acksPerSecond, run.plan.rate);
  const sentence = `${orders} orders, ${events} events: none lost, none twice, none out of sequence, at ${rate} with an ack p99 of ${run.ack.p99Ms.toFixed(1)} ms, drained ${run.seconds.draining.toFixed(1)} s after the last webhook.`;
  return { kept: true, sentence };
}

/** A sender that is behind by less than this reached the requested rate. */
const REACHED = 0.97;

/** The rate that was reached and, if it differs, the requested rate. */
function rateText(acksPerSecond: number, asked: number | null): string {
  const reached = `${Math.round(acksPerSecond)} webhooks/s`;
  return asked === null || acksPerSecond >= REACHED * asked
    ? reached
    : `${reached} (requested: ${asked}/s, NOT REACHED)`;
}
