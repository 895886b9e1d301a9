import { z } from 'zod';
import { PROGRAMS } from '../../system/heartbeats.ts';
import { count, instant, milliseconds } from './base.ts';
import { effectsStatus } from './effects-status.ts';

/** Memory of Redis. Above `fullBytes` new events go to the spool; the rest is reserved for drains. */
const redisMemory = z.object({
  usedBytes: count,
  maxBytes: count.describe('0: no limit'),
  fullBytes: count.describe('0: no limit'),
  fullOf: z.enum(['backlog', 'claims', 'other']).nullable().describe('what fills it; null: not full'),
});

const server = z.object({
  state: z.enum(['up', 'away']),
  problem: z.string().nullable(),
  since: instant.nullable().describe('down since, as this dashboard saw it; null: it is up'),
});

/** The state of everything. Figures of a server that is down are null. */
export const status = z.object({
  waitingEvents: count.nullable(),
  waitingOrders: count.nullable(),
  oldestWaitMs: milliseconds.nullable(),
  oldestOrder: z.string().nullable().describe('the order that has waited longest'),
  queues: z.object({ active: count, waiting: count, delayed: count, failed: count }).nullable(),
  pausedQueues: z.array(count).nullable().describe('paused partitions'),
  workers: count
    .nullable()
    .describe('running; null also just after Redis came back, until all have reported again'),
  locksHeld: count.nullable(),
  accepted: count.nullable(),
  duplicates: count.nullable(),
  forged: count.nullable().describe('webhooks refused for an invalid signature since each ingest started'),
  reusedWebhookIds: count.nullable().describe('webhook ids that arrived again with another body'),
  redisMemory: redisMemory.nullable(),
  parked: count.nullable(),
  spooled: count.nullable(),
  complianceDue: count.nullable().describe('privacy requests that are due within 7 days or overdue'),
  shops: z
    .object({
      installed: count,
      uninstalled: count,
      needAttention: count,
      first: z.string().nullable().describe('the first shop by name that needs attention'),
    })
    .nullable(),
  effects: effectsStatus.nullable().describe('what waits at destinations'),
  redis: server,
  mongodb: server,
  lockServers: z.object({ up: count, of: count }).describe('how many answer; a majority is needed'),
  /** The most urgent problem, or that all is well. */
  sentence: z.string(),
  link: z.string().nullable().describe('the dashboard page about it'),
  level: z.enum(['fine', 'look', 'act']).describe('look: needs attention; act: needs attention now'),
  runbook: z.string().nullable().describe('the heading in docs/runbook.md that says what to do'),
});
export type SystemStatus = z.infer<typeof status>;

/** A process that sent a heartbeat in the last hour. It is alive if it sent one in the last 5 s. */
export const program = z.object({
  program: z.enum(PROGRAMS),
  /** `<host>:<pid>` */
  id: z.string(),
  startedAt: instant,
  lastHeardMs: milliseconds,
});
export type Program = z.infer<typeof program>;

/** The figures of one second. Rates are per second; null: unknown. */
export const sample = z.object({
  at: instant,
  acceptedPerSecond: z.number().nullable(),
  duplicatesPerSecond: z.number().nullable(),
  appliedPerSecond: z.number().nullable(),
  ackP99Ms: milliseconds.nullable().describe('null if nothing was answered'),
  waitingEvents: count.nullable(),
  oldestWaitMs: milliseconds.nullable(),
});
export type Sample = z.infer<typeof sample>;

/** What the stream /api/live sends each second, as event `now`. */
export const now = z.object({ status, sample, programs: z.array(program) });
export type Now = z.infer<typeof now>;
export const history = z.object({
  samples: z.array(sample).describe('of the last 15 minutes, oldest first'),
});
export type History = z.infer<typeof history>;

const check = z.object({
  name: z.string(),
  verdict: z.enum(['good', 'doubtful', 'bad']),
  found: z.string(),
  /** What to do about it; null if the verdict is good. */
  advice: z.string().nullable(),
});
export const doctor = z.object({ checks: z.array(check) });
export type Doctor = z.infer<typeof doctor>;

export const config = z.object({
  settings: z.array(
    z.object({ name: z.string(), value: z.string().nullable(), about: z.string(), secret: z.boolean() }),
  ),
});
export type ConfigAnswer = z.infer<typeof config>;

const loadTest = z.object({
  name: z.string(),
  at: instant,
  verdict: z.string(),
  kept: z.boolean().nullable().describe('whether every promise was kept; null: it does not say'),
  report: z.string().nullable().describe('the path of its page in this dashboard'),
});
export const loadTestList = z.object({ reports: z.array(loadTest), looked: z.string() });
export type LoadTestList = z.infer<typeof loadTestList>;

export const openApiDocument = z.record(z.string(), z.unknown());
