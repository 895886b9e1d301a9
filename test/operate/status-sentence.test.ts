import { describe, expect, test } from '@jest/globals';
import { HEADLINES, headlineOf } from '../../src/operate/status/headline.ts';
import type { SystemStatus } from '../../src/operate/shapes/system.ts';
import { WELL } from './all-is-well.ts';

const AWAY = { state: 'away', problem: 'does not answer', since: '2026-11-27T15:00:00.000Z' } as const;

describe('the headline', () => {
  /** Each problem is more urgent than those below it. */
  const matters: [string, Partial<SystemStatus>, 'act' | 'look', string][] = [
    [
      'both down',
      { redis: AWAY, mongodb: AWAY },
      'act',
      'Redis and MongoDB are down: Shopify gets 503 and retries for four hours.',
    ],
    [
      'Redis down',
      { redis: AWAY, mongodb: WELL.mongodb },
      'act',
      'Redis is down: new events go to the spool.',
    ],
    ['MongoDB down', { mongodb: AWAY }, 'act', 'MongoDB is down: events are accepted but not processed.'],
    ['no worker', { workers: 0 }, 'act', 'No workers are running: events are accepted but not processed.'],
    [
      'too few lock servers',
      { lockServers: { up: 1, of: 3 } },
      'act',
      'Of the lock servers, only 1 of 3 answers, which is not a majority: events are accepted but not processed.',
    ],
    [
      'a full Redis',
      { redisMemory: { usedBytes: 87, maxBytes: 100, fullBytes: 85, fullOf: 'claims' } },
      'act',
      'Redis is full (87 % of maxmemory): most of it is dedupe keys, and the oldest are dropped early. New events go to the spool.',
    ],
    [
      'a wait of more than two minutes',
      { oldestWaitMs: 120_001, oldestOrder: 'a.myshopify.com/7', waitingOrders: 3 },
      'act',
      'a.myshopify.com/7 has been waiting for 120 s. 2 other orders are waiting.',
    ],
    [
      'a wait of more than half a minute',
      { oldestWaitMs: 30_001, oldestOrder: 'a.myshopify.com/7', waitingOrders: 1 },
      'look',
      'a.myshopify.com/7 has been waiting for 30 s.',
    ],
    [
      'a lock server down',
      { lockServers: { up: 2, of: 3 } },
      'look',
      'Of the lock servers, only 2 of 3 answer: if another one fails, no event is applied.',
    ],
    [
      'a paused queue',
      { pausedQueues: [0] },
      'look',
      'Queue 0 is paused: its events are accepted but not processed.',
    ],
    ['parked events', { parked: 2 }, 'look', '2 parked events need attention.'],
    [
      'privacy requests',
      { complianceDue: 2 },
      'look',
      '2 privacy requests are due within 7 days or overdue.',
    ],
    [
      'shops that need attention',
      { shops: { installed: 3, uninstalled: 0, needAttention: 2, first: 'a.myshopify.com' } },
      'look',
      '2 shops need attention: see the page of a.myshopify.com first.',
    ],
    ['spooled events', { spooled: 1 }, 'look', '1 event is waiting in the spool for Redis.'],
  ];

  test.each(matters)('%s: the sentence and its level', (_matter, figures, level, sentence) => {
    expect(headlineOf({ ...WELL, ...figures })).toEqual({
      sentence: expect.stringContaining(sentence.slice(0, -1)),
      level,
      link: expect.stringMatching(/^\//),
      runbook: HEADLINES.find(({ says }) => says({ ...WELL, ...figures }) !== null)?.runbook,
    });
  });

  test('a long wait leads to its order', () => {
    const figures = { ...WELL, oldestWaitMs: 41_000, oldestOrder: 'a.myshopify.com/7', waitingOrders: 1 };
    expect(headlineOf(figures).link).toBe('/orders/a.myshopify.com/7');
  });

  test('workers that have not reported since Redis came back are not an alarm', () => {
    expect(headlineOf({ ...WELL, workers: null })).toMatchObject({ level: 'fine' });
  });

  test('of many problems the most urgent is shown', () => {
    const worse = matters.map(([, figures]) => figures);
    for (const [i, [, , , sentence]] of matters.entries()) {
      // Later rows are added; for each figure the worse value stays.
      const all = worse
        .slice(i)
        .reduceRight<SystemStatus>((rest, figures) => ({ ...rest, ...figures }), WELL);
      expect(headlineOf(all).sentence).toContain(sentence.slice(0, -1));
    }
  });

  test.each([
    [{}, 'All is well: nothing is waiting, 1 worker is running.'],
    [
      { waitingEvents: 12, oldestWaitMs: 840, workers: 3 },
      'All is well: 12 events are waiting, the oldest for 0.8 s; 3 workers are running.',
    ],
    [
      { oldestWaitMs: 30_000, waitingEvents: 1 },
      'All is well: 1 event is waiting, the oldest for 30 s; 1 worker is running.',
    ],
  ])('all is well: %j', (figures, sentence) => {
    expect(headlineOf({ ...WELL, ...figures })).toEqual({
      sentence,
      level: 'fine',
      link: null,
      runbook: null,
    });
  });

  test('one shop that needs attention is named', () => {
    const shops = { installed: 1, uninstalled: 0, needAttention: 1, first: 'a.myshopify.com' };
    expect(headlineOf({ ...WELL, shops }).sentence).toBe('a.myshopify.com needs attention: see its page.');
  });

  test('a long wait in a paused queue says that it is paused', () => {
    const { sentence } = headlineOf({
      ...WELL,
      oldestWaitMs: 7_200_000,
      oldestOrder: 'a.myshopify.com/7',
      waitingOrders: 2,
      pausedQueues: [0, 1],
    });
    expect(sentence).toBe(
      'a.myshopify.com/7 has been waiting for 120 min. 1 other order is waiting. 2 queues are paused: their events are accepted but not processed.',
    );
  });
});
