import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createVerifier } from '../../src/operate/stories/verifier.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { isRight, verifiedText, verifyAll } from '../../src/ops/verified-text.ts';
import type { WaitingEvent } from '../../src/order/event.ts';
import { BackfillingPublisher } from '../publish/backfilling.ts';
import { Publishing } from '../publish/publishing.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NOTHING_WRONG = { missing: 0, twice: 0, outOfSequence: 0, stuck: 0, wrong: [] };

describe('verify checks effects', () => {
  let publishing: Publishing;
  let publisher: BackfillingPublisher;
  let lives: WaitingEvent[][];
  let number = 7000;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());
  beforeEach(async () => {
    await publishing.forget();
    publisher = new BackfillingPublisher(publishing);
  });

  const verify = (limit = 100, after?: string) =>
    createVerifier(publishing.inside.collections, 90, publishing.inside.tools.keepBody)({ limit, after });

  /** A destination with everything that it wants, sent; an hour ago. */
  async function sent(
    fields: Parameters<Publishing['destination']>[1] = {},
    from?: Date | null,
  ): Promise<void> {
    const before = from === undefined ? [] : [await publishing.live((number += 1), 4)];
    const destination = await publishing.destination('erp', fields, from);
    lives = [...before, await publishing.live((number += 1), 4), await publishing.live((number += 1), 4)];
    await publisher.route();
    await publisher.scanAll();
    for (const [first] of lives) await publisher.send(destination, first!.order);
    await earlier(from === undefined ? 2 : 0);
  }

  /** Everything happened an hour ago. @param hours how much earlier the destination was added */
  async function earlier(hours: number): Promise<void> {
    const { events, destinations, effects } = publishing.inside.collections;
    const back = (field: string, by: number) => [
      { $set: { [field]: { $subtract: [`$${field}`, by * HOUR_MS] } } },
    ];
    await events.collection.updateMany({}, back('appliedAt', 1));
    await effects.collection.updateMany({}, back('doneAt', 1));
    for (const field of ['createdAt', 'rulesSince', 'changedAt', ...(hours === 0 ? ['backfill.since'] : [])])
      await destinations.collection.updateMany({}, back(field, hours));
  }

  const effectOf = async (life: number, event: number): Promise<EffectDocument> => {
    const found = await publishing.inside.collections.effects
      .findOne({ event: lives[life]![event]!.id })
      .lean();
    return found!;
  };

  test('and finds nothing wrong after everything was sent, page by page and in one page', async () => {
    await sent();
    const whole = await verify();
    expect(whole.effects).toEqual({ ...NOTHING_WRONG, checked: 8 });
    const paged = await verifyAll({}, async (place) =>
      verify(1, new URLSearchParams(place.split('?')[1]).get('cursor') ?? undefined),
    );
    expect(paged.effects).toEqual(whole.effects);
    expect(isRight(paged)).toBe(true);
    expect(verifiedText(paged, null)).toMatch(/^effects +8$/m);
  });

  test('names an effect that was deleted, with its destination, order and event', async () => {
    await sent();
    const effect = await effectOf(0, 2);
    await publishing.inside.collections.effects.deleteOne({ _id: effect._id });
    const page = await verify();
    expect(page.effects).toEqual({
      ...NOTHING_WRONG,
      checked: 7,
      missing: 1,
      wrong: [
        { what: 'missing', destination: 'erp', order: effect.order, event: effect.event, effect: null },
      ],
    });
    expect(isRight(page)).toBe(false);
    const text = verifiedText(page, null);
    expect(text).toContain(`${effect.order}  at erp: event ${effect.event} has no effect`);
    expect(text).toContain('some effects do not');
  });

  test('names a second effect of an event', async () => {
    await sent();
    const effect = await effectOf(1, 1);
    const second = { ...effect, _id: `ef_${'0'.repeat(40)}` };
    await publishing.inside.collections.effects.collection.insertOne(second as never);
    const { effects } = await verify();
    expect(effects).toMatchObject({ checked: 9, missing: 0, twice: 1, outOfSequence: 0 });
    expect(effects.wrong).toMatchObject([{ what: 'twice', order: effect.order, event: effect.event }]);
  });

  test('names one that was done before an earlier one, unless an operator sent that again', async () => {
    await sent();
    const [first, second] = [await effectOf(0, 0), await effectOf(0, 1)];
    const { effects } = publishing.inside.collections;
    await effects.updateOne({ _id: first._id }, { $set: { doneAt: new Date(Date.now() - 1000) } });
    const page = await verify();
    expect(page.effects).toMatchObject({ outOfSequence: 3, missing: 0, twice: 0, stuck: 0 });
    expect(page.effects.wrong[0]).toMatchObject({ what: 'outOfSequence', effect: second._id });
    await effects.updateOne({ _id: first._id }, { $set: { replayedAt: new Date() } });
    expect((await verify()).effects).toMatchObject(NOTHING_WRONG);
  });

  test('names one that has not ended and is in no lane', async () => {
    await sent();
    const effect = await effectOf(0, 3);
    const { effects } = publishing.inside.collections;
    await effects.updateOne({ _id: effect._id }, { $set: { state: 'waiting', open: true, doneAt: null } });
    expect((await verify()).effects).toMatchObject(NOTHING_WRONG);
    await effects.updateOne({ _id: effect._id }, { $unset: { open: 1 } });
    expect((await verify()).effects).toMatchObject({
      stuck: 1,
      wrong: [{ what: 'stuck', effect: effect._id }],
    });
  });

  test('checks only what the destination wants', async () => {
    await sent({ on: ['orders/paid', 'status:partially_shipped'] });
    const { effects } = publishing.inside.collections;
    const found = await effects.countDocuments();
    expect((await verify()).effects).toEqual({ ...NOTHING_WRONG, checked: found });
    await effects.deleteMany({});
    expect((await verify()).effects).toMatchObject({ missing: found });
  });

  test('does not miss what came after its end, also when it is live again', async () => {
    await sent();
    const effect = await effectOf(1, 3);
    await publishing.inside.collections.effects.deleteOne({ _id: effect._id });
    const { events } = publishing.inside.collections;
    const { appliedAt } = (await events.findById(effect.event).lean())!;
    const endAt = async (ms: number) => {
      const ends = { until: new Date(appliedAt.getTime() + ms) };
      await publishing.inside.collections.destinations.updateOne({ _id: 'erp' }, ends);
    };
    await endAt(10 * MINUTE_MS);
    expect((await verify()).effects.missing).toBe(1);
    await endAt(-MINUTE_MS);
    expect((await verify()).effects).toMatchObject(NOTHING_WRONG);
    await publishing.destination('erp', { until: null });
    expect((await verify()).effects).toMatchObject(NOTHING_WRONG);
  });

  test('checks the history after a backfill, and not before a destination without one', async () => {
    await sent({}, null);
    expect((await verify()).effects).toEqual({ ...NOTHING_WRONG, checked: 12 });
    const effect = await effectOf(0, 0);
    const { effects, destinations } = publishing.inside.collections;
    await effects.deleteOne({ _id: effect._id });
    // The destination was added after all events: only its backfill covers them.
    expect((await verify()).effects).toMatchObject({ missing: 0 + 1 });
    await destinations.updateOne({ _id: 'erp' }, { $unset: { backfill: 1 } });
    expect((await verify()).effects).toMatchObject({ missing: 0 });
  });

  test('does not miss what may have expired, what is too new, and what a newest state replaced', async () => {
    await sent();
    const { effects, events } = publishing.inside.collections;
    const gone = await effectOf(0, 2);
    await effects.deleteOne({ _id: gone._id });
    const missing = async () => (await verify()).effects.missing;
    expect(await missing()).toBe(1);
    await events.updateOne(
      { _id: gone.event },
      { $set: { appliedAt: new Date(Date.now() - 90 * 24 * HOUR_MS) } },
    );
    expect(await missing()).toBe(0);
    await events.updateOne({ _id: gone.event }, { $set: { appliedAt: new Date() } });
    expect(await missing()).toBe(0);
    await events.updateOne({ _id: gone.event }, { $set: { appliedAt: new Date(Date.now() - HOUR_MS) } });
    expect(await missing()).toBe(1);
    const newest = { ...gone, event: null, sequence: null, topic: 'lockstep/backfilled', index: 1_000_000 };
    await effects.collection.insertOne({ ...newest, createdAt: new Date(), doneAt: new Date() } as never);
    expect(await missing()).toBe(0);
  });
});
