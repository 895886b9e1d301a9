import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import type { Delivery } from '../../testkit/deliveries/life.ts';
import { signedHeaders } from '../../testkit/deliveries/signed.ts';
import type { SentLog } from '../../testkit/proof/sent-log.ts';
import type { LatencyLog } from './latencies.ts';

export interface SendOptions {
  url: string;
  secret: string;
  connections: number;
  /**
   * Webhooks per second, regardless of the answers; null: each connection sends its next webhook when it has
   * its answer.
   */
  rate: number | null;
}

/** What a sender reports while it runs. */
export interface Sending {
  sent: number;
  acked: number;
  /** By status and outcome. */
  answers: Record<string, number>;
  log: SentLog;
  latencies: LatencyLog;
  /** Performance clock, ms: the first webhook sent, and the last one answered. */
  firstAt: number;
  lastAt: number;
}

interface Prepared {
  delivery: Delivery;
  headers: Record<string, string>;
  /** Performance clock, ms. */
  sentAt: number;
}

/** What autocannon passes with each request and its answer. */
interface Context {
  prepared?: Prepared;
}

/**
 * autocannon lets each connection send its share at the start of a second; so connections start in this many
 * groups, one after another.
 */
const MOST_GROUPS = 50;

/**
 * Sends every delivery once, through autocannon. Bodies and signatures are made in advance; connections share
 * one queue, so the order of sending holds across all of them.
 * @returns deliveries that were not answered with 200
 */
export async function sendAll(
  deliveries: readonly Delivery[],
  options: SendOptions,
  sending: Sending,
): Promise<Delivery[]> {
  const queue = deliveries.map((delivery) => ({
    delivery,
    headers: signedHeaders(delivery, options.secret),
    sentAt: 0,
  }));
  const open = new Set<Prepared>(queue);
  const silent = new Set<Prepared>(queue);
  const next = queue.values();
  const take = (): Prepared => {
    const { value, done } = next.next();
    if (done) throw new Error('autocannon requests more webhooks than there are');
    sending.sent += 1;
    value.sentAt = performance.now();
    return value;
  };
  const answered = (prepared: Prepared, acked: boolean) => {
    silent.delete(prepared);
    if (acked) open.delete(prepared);
  };
  sending.firstAt = performance.now();
  const groups = groupsOf(deliveries.length, options);
  await Promise.all(
    groups.map(async (group) => {
      await sleep(group.afterMs);
      await sendGroup(group, options, sending, take, answered);
    }),
  );
  // autocannon reports nothing about a connection that ends before its answer, and a lot about one that
  // cannot be made.
  silent.forEach(() => noteAnswer(sending, null, ''));
  return [...open].map(({ delivery }) => delivery);
}

interface Group {
  afterMs: number;
  amount: number;
  connections: number;
  rate: number | null;
}

/**
 * Every connection has the same share of the rate, and so of the webhooks: all finish at about the same time.
 */
function groupsOf(amount: number, options: SendOptions): Group[] {
  if (options.rate === null)
    return [{ afterMs: 0, amount, connections: Math.min(options.connections, amount), rate: null }];
  const { connections, each } = pacingOf(options.connections, options.rate);
  const count = Math.min(MOST_GROUPS, connections);
  const upTo = (of: number, i: number) => Math.floor((of * i) / count);
  const groups = Array.from({ length: count }, (_, i) => {
    const own = upTo(connections, i + 1) - upTo(connections, i);
    const begin = Math.floor((amount * upTo(connections, i)) / connections);
    const end = Math.floor((amount * upTo(connections, i + 1)) / connections);
    const afterMs = (1000 * i) / count;
    return { afterMs, amount: end - begin, connections: Math.min(own, end - begin), rate: own * each };
  });
  return groups.filter((group) => group.amount > 0);
}

/** How many connections send how many webhooks per second each; the rate is met to the nearest multiple. */
export function pacingOf(connections: number, rate: number): { connections: number; each: number } {
  const each = Math.ceil(rate / connections);
  return { connections: Math.max(1, Math.round(rate / each)), each };
}

async function sendGroup(
  { amount, connections, rate }: Group,
  { url }: SendOptions,
  sending: Sending,
  take: () => Prepared,
  answered: (prepared: Prepared, acked: boolean) => void,
): Promise<void> {
  const request: autocannon.Request = {
    method: 'POST',
    setupRequest: (made, context: Context) => {
      context.prepared = take();
      const { headers, delivery } = context.prepared;
      return { ...made, headers, body: delivery.body };
    },
    onResponse: (status, body, { prepared }: Context) => {
      if (!prepared) return;
      sending.lastAt = performance.now();
      // After a connection has ended without an answer, autocannon's own time is that of the previous
      // request.
      sending.latencies.note(sending.lastAt - prepared.sentAt);
      answered(prepared, noteAnswer(sending, status, body));
    },
  };
  const paced = rate === null ? {} : { overallRate: rate, ignoreCoordinatedOmission: true };
  let answers = 0;
  await new Promise<void>((resolve, reject) => {
    // autocannon's interval for checking whether it was stopped; otherwise it ends a second after the last
    // answer.
    const sampleInt = 50;
    const options = { url: `${url}/webhooks`, connections, amount, requests: [request], sampleInt, ...paced };
    const run = autocannon(options, (error: Error | null) => (error ? reject(error) : resolve()));
    run.on('response', () => {
      answers += 1;
      if (answers === amount) run.stop();
    });
  });
}

/**
 * @param status null if there was no answer
 * @returns whether it was acknowledged
 */
export function noteAnswer(sending: Sending, status: number | null, body: string): boolean {
  const json = readJson(body);
  const outcome = typeof json.outcome === 'string' ? ` ${json.outcome}` : '';
  const name = status === null ? 'no answer' : `${status}${outcome}`;
  sending.answers[name] = (sending.answers[name] ?? 0) + 1;
  const acked = sending.log.note(status === null ? null : { status, json }, 0);
  if (acked) sending.acked += 1;
  return acked;
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
