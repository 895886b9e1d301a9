import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { EffectsStatus } from '../../src/operate/shapes/effects-status.ts';
import { HEADLINES, headlineOf } from '../../src/operate/status/headline.ts';
import { statusWithin } from '../../src/operate/status/bound-status.ts';
import { WELL } from './all-is-well.ts';

type OfDestination = EffectsStatus['destinations'][number];

const ERP: OfDestination = {
  name: 'erp',
  state: 'active',
  phase: 'active',
  window: null,
  pausedBy: null,
  because: null,
  alertAfterMs: 120_000,
  orders: 0,
  waiting: 0,
  failing: 0,
  sleeping: 0,
  inDoubt: 0,
  parked: 0,
  oldest: null,
  lastError: null,
  perSecond: 0,
  circuit: { state: 'closed', since: null, pausedForMs: 0, because: null },
  problem: null,
};
const waits = (waitMs: number, lastError: string | null = null, heldMs = 0) => ({
  oldest: { order: 'a.myshopify.com/1', name: '#1001', waitMs, heldMs, lastError },
});
const WAITING = { orders: 3, waiting: 3, ...waits(41_000, 'it answered 500') };
const MISSED = { from: 5, to: 9, agoMs: 1000 };

function headline(effects: Partial<EffectsStatus>) {
  return headlineOf({ ...WELL, effects: { ...WELL.effects!, ...effects } });
}
const ofErp = (fields: Partial<OfDestination>, ...others: OfDestination[]) =>
  headline({ destinations: [{ ...ERP, ...fields }, ...others] });

describe('the headline about effects', () => {
  test.each([
    [
      'it waits',
      WAITING,
      'look',
      'erp: 3 orders wait; #1001 has been waiting for 41 s; last error: it answered 500.',
    ],
    [
      'it waits for longer than its limit',
      { ...WAITING, orders: 1, alertAfterMs: 40_000 },
      'act',
      'erp: 1 order waits; #1001 has been waiting for 41 s; last error: it answered 500.',
    ],
    [
      'it waits for longer than its limit, and a pause window held it before',
      { ...WAITING, ...waits(7_400_000, null, 7_200_000) },
      'act',
      'erp: 3 orders wait; #1001 has been waiting for 123 min, 120 min of this in its pause window.',
    ],
    [
      'a handler waits, and others of it sleep',
      { ...WAITING, sleeping: 9 },
      'look',
      'erp: 3 effects wait; #1001 has been waiting for 41 s; last error: it answered 500.',
    ],
    [
      'it cannot be opened',
      { problem: 'TOKEN_KEYS is not set' },
      'act',
      'erp cannot be opened: TOKEN_KEYS is not set; nothing waits.',
    ],
    [
      'the other side paused it',
      {
        ...WAITING,
        state: 'paused',
        phase: 'paused',
        pausedBy: 'destination',
        because: 'it answered 410: no more messages',
      },
      'act',
      'erp wants no more messages (it answered 410: no more messages), so it is paused: 3 orders wait; #1001 has been waiting for 41 s; last error: it answered 500.',
    ],
    [
      'an operator paused it',
      {
        ...WAITING,
        state: 'paused',
        phase: 'paused',
        pausedBy: 'operator',
        because: 'the ERP moves',
        alertAfterMs: 1000,
      },
      'look',
      'erp is paused (the ERP moves): 3 orders wait; #1001 has been waiting for 41 s; last error: it answered 500.',
    ],
    [
      'it is down',
      {
        orders: 12,
        lastError: 'it answered 503',
        circuit: { state: 'open', since: null, pausedForMs: 8000, because: 'it answered 503' },
      },
      'look',
      'erp does not accept messages (it answered 503), and is tried again in 8.0 s: 12 orders wait; last error: it answered 503.',
    ],
    [
      'effects are in doubt',
      { inDoubt: 1, lastError: 'no answer' },
      'look',
      'erp: it is not known whether 1 effect arrived, and an operator must decide; last error: no answer.',
    ],
    [
      'effects are parked',
      { parked: 2, lastError: 'it answered 500' },
      'look',
      'erp: 2 effects are parked, and an operator must decide; last error: it answered 500.',
    ],
    ['many lanes fail', { failing: 10 }, 'look', 'erp: 10 orders fail.'],
  ] as [string, Partial<OfDestination>, string, string][])('%s', (_when, fields, level, sentence) => {
    expect(ofErp(fields)).toMatchObject({ level, sentence, link: '/destinations/erp' });
  });

  test.each([
    [
      { publishers: 0, destinations: [ERP, { ...ERP, name: 'wms' }] },
      'act',
      'No publisher is running: nothing is sent to erp and 1 other destination.',
    ],
    [
      { problems: [{ name: 'ship.ts', because: 'it exports no handler' }] },
      'act',
      'ship.ts cannot be loaded: it exports no handler.',
    ],
    [
      { missed: MISSED },
      'look',
      'Changes expired before they were routed to destinations (blocks 5 to 9): no publisher ran.',
    ],
  ] as [Partial<EffectsStatus>, string, string][])('of all destinations: %j', (effects, level, sentence) => {
    expect(headline(effects)).toMatchObject({ level, sentence, link: '/destinations' });
  });

  test.each([
    ['a short wait', { ...WAITING, ...waits(29_000) }],
    ['a paused destination without effects', { state: 'paused', phase: 'paused', pausedBy: 'operator' }],
    ['a few failing orders', { failing: 9 }],
    [
      'a wait in a pause window',
      { ...WAITING, ...waits(7_200_000), phase: 'window', window: { endsAt: null, clock: '04:00 UTC' } },
    ],
    ['a wait that a pause window made long', { ...WAITING, ...waits(7_200_000, null, 7_190_000) }],
    ['an unknown circuit', { circuit: null }],
  ] as [string, Partial<OfDestination>][])('%s is not reported', (_what, fields) => {
    expect(ofErp(fields).level).toBe('fine');
  });

  test.each(['window', 'ending'] as const)('no publisher matters in the phase %s', (phase) => {
    expect(headline({ publishers: 0, destinations: [{ ...ERP, phase }] }).level).toBe('act');
  });

  test('no publisher matters only if a destination would be sent to, and after they are known', () => {
    expect(headline({ publishers: 0 }).level).toBe('fine');
    expect(
      headline({ publishers: 0, destinations: [{ ...ERP, state: 'paused', phase: 'paused' }] }).level,
    ).toBe('fine');
    expect(headline({ publishers: 0, destinations: [{ ...ERP, phase: 'ended' }] }).level).toBe('fine');
    expect(headline({ publishers: null, destinations: [ERP] }).level).toBe('fine');
  });

  test('changes that expired are reported for a week', () => {
    expect(headline({ missed: { ...MISSED, agoMs: 7 * 86_400_000 } }).level).toBe('fine');
  });

  test('of several destinations, the one that waits longest is named, and the others are counted', () => {
    const other = { ...ERP, ...WAITING, name: 'wms', ...waits(50_000) };
    const { sentence, link } = ofErp(WAITING, other, { ...other, name: 'crm', ...waits(35_000) });
    expect(sentence).toBe(
      'wms: 3 orders wait; #1001 has been waiting for 50 s. The same is true of 2 other destinations.',
    );
    expect(link).toBe('/destinations/wms');
  });

  test('a destination that needs an operator now comes before events that only need a look', () => {
    const effects = { ...WELL.effects!, destinations: [{ ...ERP, ...WAITING, ...waits(121_000) }] };
    expect(headlineOf({ ...WELL, effects, parked: 3 }).sentence).toMatch(/^erp: 3 orders wait/);
    expect(headlineOf({ ...WELL, effects, workers: 0 }).sentence).toMatch(/^No workers/);
  });

  test('every row of the headline has its entry in the runbook', () => {
    const headings: readonly string[] = readFileSync('docs/runbook.md', 'utf8').match(/^## .*$/gm) ?? [];
    const wanted = new Set(HEADLINES.flatMap(({ runbook }) => runbook ?? []));
    expect(wanted.size).toBeGreaterThan(10);
    expect([...wanted].filter((heading) => !headings.includes(`## ${heading}`))).toEqual([]);
  });

  test('a token that is bound to shops is told nothing about destinations', () => {
    const effects = { ...WELL.effects!, destinations: [{ ...ERP, ...WAITING, ...waits(500_000) }] };
    const status = { ...WELL, effects, ...headlineOf({ ...WELL, effects }) };
    expect(JSON.stringify(statusWithin(['a.myshopify.com'], status))).not.toContain('erp');
  });
});
