import { APPLIED, CREATED, EVENT, LATER, ORDER, REASON, SHOP } from './example-values.ts';

/** Examples of the API's document: destinations and effects. */

const DESTINATION = {
  name: 'erp',
  kind: 'http',
  url: 'https://erp.example.com/hooks/orders',
  probeUrl: null,
  settings: null,
  allowPrivate: false,
  on: ['orders/paid', 'status:shipped'],
  shops: null,
  filter: 'data.test = false',
  transform: null,
  priority: 'normal',
  concurrency: 10,
  rate: { max: 5, durationMs: 1000 },
  backfillRate: 20,
  timeoutMs: 10_000,
  inDoubt: 'repeat',
};
const SHOWN = {
  ...DESTINATION,
  credentials: false,
  handler: null,
  secrets: 1,
  state: 'active',
  because: null,
  createdAt: CREATED,
  changedAt: CREATED,
  revision: 1,
  open: { waiting: 2, failing: 0, sleeping: 0, inDoubt: 0, parked: 0, oldestAt: APPLIED },
  backfill: {
    from: null,
    since: CREATED,
    orders: 1200,
    about: 4000,
    effects: 9431,
    endsAt: LATER,
    endedAt: null,
  },
  pausedForMs: 0,
};
const { name: _, ...SETTINGS } = DESTINATION;

const EFFECT_ID = 'ef_8d1b7f0f2b7c4c0f9c6f6f0d9a3e5b1c2d4e6f70';
const EFFECT = {
  id: EFFECT_ID,
  destination: 'erp',
  order: ORDER,
  shop: SHOP,
  version: 2,
  sequence: 2,
  event: EVENT,
  topic: 'orders/paid',
  state: 'done',
  attempts: 1,
  lastError: null,
  because: null,
  late: false,
  createdAt: APPLIED,
  dueAt: null,
  doneAt: APPLIED,
  receipt: { at: APPLIED, answer: '200', ms: 12 },
};

const STEP = {
  kind: 'step',
  name: 'reserve stock',
  state: 'done',
  round: 0,
  at: APPLIED,
  until: null,
  undoneAt: null,
  because: null,
  version: 1,
};

export const EFFECT_EXAMPLES: Readonly<Record<string, unknown>> = {
  Destination: SHOWN,
  DestinationList: { destinations: [SHOWN] },
  DestinationRequest: { ...SETTINGS, reason: REASON },
  DestinationAnswer: { ...SHOWN, did: 'changed: revision 1' },
  BackfillRequest: { from: '2026-11-01T00:00:00Z', reason: REASON },
  DestinationTested: {
    outcome: 'done',
    answer: '200',
    because: null,
    ms: 12,
    sent: '{"type":"lockstep/test"}',
    did: 'sent a sample: it answered 200',
  },
  Effect: EFFECT,
  EffectDetail: { ...EFFECT, destination: 'handler-ship-order', steps: [STEP] },
  HandlerStep: STEP,
  EffectPage: { effects: [EFFECT], cursor: null },
  OrderEffects: { effects: [EFFECT] },
  EffectsRequest: { ids: [EFFECT_ID], reason: REASON, dryRun: true },
  UndoRequest: { reason: REASON },
  EffectsChanged: { dryRun: true, effects: 1, did: 'nothing was changed; would be replayed: 1' },
};
