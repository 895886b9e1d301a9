import { expect, test } from '@jest/globals';
import { storyOf } from '../../src/browser/timeline/story.ts';
import type { Timeline } from '../../src/operate/shapes/events.ts';

const entry = (event: string, appliedAt: string | null): Timeline['entries'][number] => ({
  event,
  topic: 'orders/updated',
  webhookId: null,
  occurredAt: null,
  triggeredAt: null,
  receivedAt: '2026-11-21T11:00:00.000Z',
  lockedAt: null,
  worker: null,
  appliedAt,
  outcome: appliedAt === null ? 'waiting' : 'applied',
  because: null,
  notes: [],
  sequence: null,
  duplicates: 0,
  earlier: [],
});
const act = (number: number, at: string): Timeline['acts'][number] => ({
  number,
  at,
  who: 'ada',
  role: 'operator',
  action: 'parked.replay',
  target: 'a.example/1',
  reason: 'fixed',
  token: null,
  root: null,
  outcome: 'done',
  detail: null,
});
const effect = (id: string, given: Partial<Timeline['effects'][number]>): Timeline['effects'][number] => ({
  id,
  destination: 'erp',
  order: 'a.example/1',
  shop: 'a.example',
  version: 1,
  sequence: null,
  event: null,
  topic: 'orders/updated',
  state: 'done',
  attempts: 1,
  lastError: null,
  because: null,
  late: false,
  causedBy: null,
  createdAt: '2026-11-21T12:00:01.000Z',
  dueAt: null,
  doneAt: null,
  receipt: null,
  steps: [],
  ...given,
});
const storied = ({ effects = [], ...timeline }: Pick<Timeline, 'entries' | 'acts'> & Partial<Timeline>) =>
  storyOf({ ...timeline, effects }).flatMap((row): (string | number)[] => {
    if (row.kind === 'act') return [row.act.number];
    const its = row.effects.map(({ id }) => id);
    return row.kind === 'event' ? [row.entry.event, ...its] : [its.join('+')];
  });

test('an action comes before the first event that was processed after it', () => {
  const entries = [entry('a', '2026-11-21T12:00:00.000Z'), entry('b', '2026-11-21T12:00:02.000Z')];
  const acts = [act(1, '2026-11-21T12:00:01.000Z'), act(2, '2026-11-21T12:00:01.500Z')];
  expect(storied({ entries, acts })).toEqual(['a', 1, 2, 'b']);
});

test('waiting events are not processed yet: actions come after them', () => {
  const entries = [entry('a', '2026-11-21T12:00:00.000Z'), entry('b', null)];
  expect(storied({ entries, acts: [act(1, '2026-11-21T12:00:01.000Z')] })).toEqual(['a', 'b', 1]);
});

test('events keep the order in which they were applied, whatever their clocks say', () => {
  const entries = [entry('a', '2026-11-21T12:00:05.000Z'), entry('b', '2026-11-21T12:00:01.000Z')];
  const acts = [act(1, '2026-11-21T12:00:03.000Z'), act(2, '2026-11-21T13:00:00.000Z')];
  expect(storied({ entries, acts })).toEqual([1, 'a', 'b', 2]);
});

test('views of masked bodies are only in the audit log', () => {
  const view = { ...act(1, '2026-11-21T12:00:03.000Z'), action: 'event.payload' as const };
  expect(storied({ entries: [], acts: [view] })).toEqual([]);
});

test('an order without events shows the actions on it', () => {
  expect(storied({ entries: [], acts: [act(1, '2026-11-21T12:00:03.000Z')] })).toEqual([1]);
});

test('effects are at their event; messages of a handler are behind its run, also if it has no event', () => {
  const entries = [entry('a', '2026-11-21T12:00:00.000Z'), entry('b', '2026-11-21T12:00:02.000Z')];
  const effects = [
    effect('of a', { event: 'a' }),
    effect('run', { event: 'a', destination: 'handler-x' }),
    effect('of b', { event: 'b', causedBy: 'run' }),
    effect('of run', { causedBy: 'run', topic: 'handler/x' }),
    effect('repaired', { topic: 'lockstep/repaired' }),
    effect('of repaired', { causedBy: 'repaired', topic: 'handler/x' }),
  ];
  expect(storied({ entries, acts: [act(1, '2026-11-21T12:00:01.500Z')], effects })).toEqual([
    'a',
    'of a',
    'run',
    'of run',
    'repaired+of repaired',
    1,
    'b',
    'of b',
  ]);
});

test('effects of an event that is not shown are shown without it', () => {
  const effects = [effect('old', { event: 'expired', createdAt: '2026-11-20T12:00:00.000Z' })];
  expect(storied({ entries: [entry('a', '2026-11-21T12:00:00.000Z')], acts: [], effects })).toEqual([
    'old',
    'a',
  ]);
});
