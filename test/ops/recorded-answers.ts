import type { DedupeClaim } from '../../src/operate/shapes/dedupe.ts';
import type { EventSummary } from '../../src/operate/shapes/events.ts';
import type { Lock } from '../../src/operate/shapes/locks.ts';
import type { ParkedEvent, ReplayRun } from '../../src/operate/shapes/parked.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import type { TokenList, TokenRow } from '../../src/operate/shapes/tokens.ts';
import { WELL } from '../operate/all-is-well.ts';

/** Responses of the API. */
const SHOP = 'example.myshopify.com';
export const ORDER = `${SHOP}/5820001001000`;
export const EVENT = 'ab'.repeat(32);
export const AT = '2026-11-21T12:00:00.000Z';

export const CLAIM: DedupeClaim = {
  event: EVENT,
  order: ORDER,
  firstSeenAt: AT,
  lastSeenAt: AT,
  hits: 2,
  ttlMs: 3_600_000,
  outcome: 'applied',
  topic: 'orders/paid',
  webhookId: 'w-1',
};

export const LOCK: Lock = {
  order: ORDER,
  token: 'f00d',
  holder: { program: 'host:1', job: 'job-1', alive: false, lastHeardMs: null },
  heldSince: AT,
  ageMs: 61_000,
  ttlLeftMs: 4000,
  extensions: 18,
  waitingEvents: 3,
  oldestWaitMs: 60_000,
};

const ROW: TokenRow = {
  id: 'a'.repeat(16),
  name: 'ada',
  role: 'admin',
  kind: 'token',
  root: null,
  firstSeenAt: AT,
  lastSeenAt: AT,
  expiresAt: '2126-11-21T12:00:00.000Z',
  revokedAt: null,
  revokedBy: null,
};

export const TOKENS: TokenList = {
  tokens: [
    ROW,
    { ...ROW, name: 'bob', expiresAt: AT },
    { ...ROW, name: 'eve', revokedAt: AT, revokedBy: 'ada' },
  ],
  sessions: [
    { ...ROW, name: 'new-link', kind: 'once' },
    { ...ROW, name: 'old-link', kind: 'once', expiresAt: AT },
  ],
};

export function endedEvent(number: number, more: Partial<EventSummary> = {}): EventSummary {
  return {
    event: number.toString(16).padStart(64, '0'),
    topic: 'orders/updated',
    webhookId: null,
    occurredAt: AT,
    triggeredAt: null,
    receivedAt: AT,
    lockedAt: null,
    worker: null,
    appliedAt: new Date(Date.parse(AT) + number * 1000).toISOString(),
    outcome: 'applied',
    because: null,
    notes: [],
    sequence: number,
    duplicates: 0,
    earlier: [],
    shop: SHOP,
    order: ORDER,
    ...more,
  };
}

export function parkedEvent(event: string): ParkedEvent {
  return {
    event,
    shop: SHOP,
    order: ORDER,
    topic: 'orders/updated',
    webhookId: null,
    receivedAt: AT,
    error: 'updated_at: expected a time, found text',
    cause: 'updated_at: expected a time, found text',
    attempts: 1,
    firstAt: AT,
    lastAt: AT,
    state: 'parked',
    replays: 0,
    replay: null,
    replayedAt: null,
  };
}

export const RUN: ReplayRun = {
  id: '',
  startedAt: AT,
  endedAt: null,
  who: 'ada',
  reason: 'fixed',
  rate: 20,
  state: 'running',
  because: null,
  total: 3,
  replayed: 1,
  parkedAgain: 0,
};

export const STATUS: SystemStatus = {
  ...WELL,
  pausedQueues: [1],
  workers: 2,
  duplicates: 1,
  sentence: 'Partition 1 is paused.',
  link: '/queues',
  level: 'look',
};
export const QUEUES = {
  queues: [0, 1].map((partition) => ({
    partition,
    paused: partition === 1,
    jobs: { active: 0, waiting: 0, delayed: 0, failed: 0 },
    waitingEvents: 0,
    waitingOrders: 0,
    oldestWaitMs: 0,
    workers: 2,
  })),
  inPerSecond: null,
  outPerSecond: null,
};

export const VERIFIED = {
  orders: 2,
  events: 9,
  appliedTwice: 0,
  inversions: 0,
  wrongState: 0,
  unexplained: 0,
  damaged: 0,
  tooLarge: 0,
  moving: 0,
  tooOld: 0,
  wrong: [],
  cursor: null,
};
