import type { SystemStatus } from '../../src/operate/shapes/system.ts';

const UP = { state: 'up', problem: null, since: null } as const;

/** A system that needs nothing. */
export const WELL: SystemStatus = {
  waitingEvents: 0,
  waitingOrders: 0,
  oldestWaitMs: 0,
  oldestOrder: null,
  queues: { active: 0, waiting: 0, delayed: 0, failed: 0 },
  pausedQueues: [],
  workers: 1,
  locksHeld: 0,
  accepted: 10,
  duplicates: 0,
  forged: 0,
  reusedWebhookIds: 0,
  redisMemory: null,
  parked: 0,
  spooled: 0,
  complianceDue: 0,
  shops: { installed: 2, uninstalled: 0, needAttention: 0, first: null },
  effects: { publishers: 1, missed: null, problems: [], destinations: [] },
  redis: UP,
  mongodb: UP,
  lockServers: { up: 1, of: 1 },
  sentence: '',
  link: null,
  level: 'fine',
  runbook: null,
};
