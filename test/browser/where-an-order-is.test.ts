import { describe, expect, test } from '@jest/globals';
import { draftOf, nameProblem, requestOf } from '../../src/browser/destination-form/destination-draft.ts';
import { ACTS, effectsLike, theseEffects } from '../../src/browser/effects/effect-choice.ts';
import { whereOrderIs } from '../../src/browser/effects/where-order-is.ts';
import { EFFECT_EXAMPLES } from '../../src/operate/api/effect-examples.ts';
import { destinationPut, type Destination } from '../../src/operate/shapes/destinations.ts';
import { effectsRequest, type EffectRow } from '../../src/operate/shapes/effects.ts';
import { EFFECT_STATES, type EffectState } from '../../src/system/states.ts';

const EFFECT = EFFECT_EXAMPLES.Effect as EffectRow;
const DESTINATION = EFFECT_EXAMPLES.Destination as Destination;
const effect = (destination: string, version: number, state: EffectState): EffectRow => ({
  ...EFFECT,
  destination,
  version,
  state,
});

describe('where an order is', () => {
  test('each destination has its newest done effect and its open ones, those with open effects first', () => {
    const rows = whereOrderIs([
      effect('erp', 1, 'done'),
      effect('wms', 1, 'done'),
      effect('erp', 2, 'done'),
      effect('wms', 2, 'parked'),
      effect('erp', 3, 'skipped'),
      effect('wms', 3, 'waiting'),
      effect('crm', 3, 'running'),
    ]);
    expect(
      rows.map(({ destination, done, skipped, open }) => [
        destination,
        done?.version ?? null,
        skipped?.version ?? null,
        open.map(({ version }) => version),
      ]),
    ).toEqual([
      ['crm', null, null, [3]],
      ['wms', 1, null, [2, 3]],
      ['erp', 2, 3, []],
    ]);
  });

  test('a skipped effect that a later one followed is not news', () => {
    const [row] = whereOrderIs([effect('erp', 1, 'skipped'), effect('erp', 2, 'done')]);
    expect([row?.done?.version, row?.skipped]).toEqual([2, null]);
  });
});

describe('what the form of a destination sends', () => {
  const put = (request: object) => destinationPut.parse({ ...request, reason: 'why not' });

  test('nothing that was not changed, and no secrets', () => {
    const { name: _, secrets, ...request } = { ...DESTINATION, ...put(requestOf(draftOf(DESTINATION))) };
    expect(request).toMatchObject({
      url: DESTINATION.url,
      filter: DESTINATION.filter,
      rate: DESTINATION.rate,
    });
    expect(requestOf(draftOf(DESTINATION))).not.toHaveProperty('secrets');
    expect(secrets).toBe(1);
  });

  test("a new one has the API's defaults", () => {
    const url = 'https://erp.example.com';
    expect(put(requestOf({ ...draftOf(null), name: 'erp', url }))).toEqual(put({ url }));
  });

  test('priorities by topic, shops, and the newest secret first', () => {
    const priority = { 'orders/paid': 'critical', 'refunds/create': 'high' } as const;
    const shops = ['a.myshopify.com'];
    const draft = draftOf({ ...DESTINATION, priority, shops });
    const request = put(requestOf({ ...draft, newestSecret: ' whsec_b ', olderSecret: 'whsec_a' }));
    expect(request).toMatchObject({ priority, shops, secrets: ['whsec_b', 'whsec_a'] });
  });

  test('half of a rate is refused by the API, not dropped', () => {
    const request = requestOf({ ...draftOf(DESTINATION), rateMs: '' });
    expect(() => put(request)).toThrow(/durationMs/);
    expect(put(requestOf({ ...draftOf(DESTINATION), rateMs: '', rateMax: '' })).rate).toBeNull();
  });

  test.each([
    ['', null],
    ['erp-2', null],
    ['ERP', 'lower-case letters, digits and dashes, 63 at most'],
    ['-erp', 'lower-case letters, digits and dashes, 63 at most'],
    ['wms', 'there is already a destination with this name'],
  ])('a new name: %p', (name, problem) => {
    expect(nameProblem(name, ['wms'])).toBe(problem);
  });
});

describe('a choice of effects', () => {
  const FIELDS = { destination: 'erp', order: '', state: 'parked' };

  test('is a request that the API takes; without a filter there is none', () => {
    const filtered = effectsLike('replay', FIELDS);
    expect(filtered?.words).toBe('all effects with destination “erp”, state “parked”');
    for (const choice of [filtered, theseEffects('skip', [EFFECT.id])])
      expect(effectsRequest.safeParse({ ...choice?.which, reason: 'why not' }).success).toBe(true);
    expect(effectsLike('replay', { destination: '', order: '', state: '' })).toBeNull();
  });

  test('every state of an effect has an action', () => {
    expect(EFFECT_STATES.filter((state) => ACTS[state].length === 0)).toEqual([]);
  });
});
