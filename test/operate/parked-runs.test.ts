import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WaitingEvent } from '../../src/order/event.ts';
import { until } from '../support/until.ts';
import { park, soundEvent } from './parked-events.ts';
import { serveStories, type ServedStories } from './served-stories.ts';

const REASON = 'it was fixed';

describe('a replay of many', () => {
  let stories: ServedStories;
  let back: string[];
  let clockMs: number;
  beforeEach(async () => {
    clockMs = 0;
    stories = await serveStories(() => Date.now() + clockMs);
    back = [];
    stories.putBack = (event: WaitingEvent) => Promise.resolve(back.push(event.id));
  });
  afterEach(() => stories.stop());

  const begin = async (more: object = {}) =>
    (await stories.post('/parked/replays', { id: randomUUID(), which: {}, reason: REASON, ...more })).json;
  const read = async (id: unknown) => (await stories.get(`/parked/replays/${String(id)}`)).json;
  const untilEnded = async (id: unknown) => {
    await until(async () => (await read(id)).state !== 'running', 10_000, 'the end of the replay');
    return await read(id);
  };
  const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => soundEvent(from + i));

  test('a dry run counts, changes nothing and is not audited', async () => {
    await park(stories, many(3));
    expect(await begin({ dryRun: true })).toEqual({ dryRun: true, events: 3 });
    const discard = { which: { cause: 'another' }, reason: REASON, dryRun: true };
    expect((await stories.post('/parked/discards', discard)).json).toEqual({ dryRun: true, events: 0 });
    expect((await stories.get('/parked/replays')).json).toEqual({ replays: [] });
    expect(stories.served.acts).toEqual([]);
    expect((await stories.get('/parked')).json.parked).toHaveLength(3);
  });

  test('all events go back once, longest parked first, no faster than requested', async () => {
    const [old, young] = [many(10), many(10, 10)];
    await park(stories, young, { at: Date.now() - 1000 });
    await park(stories, old, { at: Date.now() - 90_000 });
    const began = performance.now();
    const { id } = await begin({ rate: 40 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', total: 20, replayed: 20, rate: 40 });
    // The first goes back at once, so there are 19 pauses of 25 ms.
    expect(performance.now() - began).toBeGreaterThan(19 * 25 - 1);
    expect(back).toHaveLength(20);
    expect(new Set(back.slice(0, 10))).toEqual(new Set(old.map((event) => event.id)));
  });

  test('a thousand a second go back twenty at a time', async () => {
    await park(stories, many(200));
    const { id } = await begin({ rate: 1000 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', replayed: 200 });
    expect(new Set(back).size).toBe(200);
  });

  test('events that are parked after it began are not included', async () => {
    await park(stories, many(5));
    let parkedLater = false;
    stories.putBack = async (event) => {
      back.push(event.id);
      const isFirst = !parkedLater;
      parkedLater = true;
      if (isFirst) await park(stories, many(5, 100), { at: Date.now() + 1 });
    };
    const { id } = await begin({ rate: 100 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', total: 5, replayed: 5 });
    expect((await stories.get('/parked')).json.parked).toHaveLength(5);
  });

  test('only events that match the filter', async () => {
    await park(stories, many(2), { because: 'cause A 1' });
    await park(stories, many(3, 10), { because: 'cause B 1' });
    const { id, did } = await begin({ which: { cause: 'cause B …', topic: 'orders/create' }, rate: 1000 });
    expect(did).toContain('3 parked events (cause: cause B …, topic: orders/create)');
    expect(await untilEnded(id)).toMatchObject({ total: 3, replayed: 3 });
    expect(stories.served.acts).toMatchObject([{ action: 'parked.replay', target: `replay ${String(id)}` }]);
  });

  test('aborted, it ends; events that it has not claimed stay parked', async () => {
    await park(stories, many(50));
    const { id } = await begin({ rate: 20 });
    await until(() => back.length >= 3);
    const { status, json } = await stories.post(`/parked/replays/${String(id)}/abort`, {
      reason: 'wrong one',
    });
    expect({ status, json }).toMatchObject({
      status: 200,
      json: { state: 'aborted', because: 'aborted by ada' },
    });
    expect(stories.served.acts.at(-1)).toMatchObject({
      action: 'replay.abort',
      target: `replay ${String(id)}`,
      reason: 'wrong one',
      detail: json.did,
    });
    await stories.replays.stop();
    const { replayed, state } = await read(id);
    expect(state).toBe('aborted');
    expect(replayed).toBe(back.length);
    expect((await stories.get('/parked?limit=200')).json.parked).toHaveLength(50 - back.length);
    const again = await stories.post(`/parked/replays/${String(id)}/abort`, { reason: 'wrong one' });
    expect(again).toMatchObject({ status: 409, json: { error: 'it has already ended: aborted' } });
  });

  test('it stops automatically when more than a fifth are parked again', async () => {
    const events = many(60);
    await park(stories, events);
    stories.putBack = async (event) => {
      back.push(event.id);
      if (back.length % 3 === 0) await park(stories, [event], { at: Date.now() });
    };
    const { id } = await begin({ rate: 20 });
    // Parked again while it was being put back: only drains report that, so the state they wrote stays.
    const { state, because, replayed, parkedAgain } = await untilEnded(id);
    expect(state).toBe('stopped');
    expect(because).toMatch(/^\d+ of \d+ were parked again$/);
    expect(Number(replayed)).toBeGreaterThanOrEqual(10);
    expect(Number(replayed)).toBeLessThan(60);
    expect(Number(parkedAgain)).toBeGreaterThan(Number(replayed) / 5);
  });

  test('an event that is parked again is not claimed twice by the same run, whatever the clock of a worker says', async () => {
    await park(stories, many(4));
    stories.putBack = async (event) => {
      back.push(event.id);
      await park(stories, [event], { at: Date.now() - 3_600_000 });
    };
    const { id } = await begin({ rate: 1000 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', replayed: 4, parkedAgain: 4 });
    expect(back).toHaveLength(4);
  });

  test('after its end it says how many of its events are still waiting', async () => {
    const [applied, again, lost, left] = many(4);
    await park(stories, [applied!, again!, lost!, left!]);
    // Its journal entry has expired in the meantime.
    await stories.inside.collections.events.deleteOne({ _id: String(lost!.id) });
    stories.putBack = () => Promise.resolve();
    const { id } = await begin({ rate: 1000 });
    expect(await untilEnded(id)).toMatchObject({ state: 'done', replayed: 4, stillWaiting: 4 });
    for (const each of [applied!, lost!]) {
      await stories.inside.depositor.deposit(each, null);
      await stories.drain(each.order);
    }
    await park(stories, [again!], { at: Date.now() });
    expect(await read(id)).toMatchObject({ parkedAgain: 1, stillWaiting: 1 });
    await stories.post('/parked/discards', { which: { events: [again!.id] }, reason: REASON });
    expect(await read(id)).toMatchObject({ parkedAgain: 1, stillWaiting: 1 });
  });

  test('its program stops: it is interrupted and says so, and no event stays claimed', async () => {
    await park(stories, many(50));
    const { id } = await begin({ rate: 10 });
    await until(() => back.length >= 2);
    await stories.replays.stop();
    expect(await read(id)).toMatchObject({
      state: 'interrupted',
      because: 'its program was stopped',
      replayed: back.length,
    });
    expect((await stories.get('/parked?state=replaying')).json.parked).toEqual([]);
  });

  test('its program was killed: after 15 s without a heartbeat it is shown as interrupted; another run replays the rest', async () => {
    await park(stories, many(3));
    const id = randomUUID();
    const beatAt = new Date(Date.now() - 14_000);
    const rest = { who: 'bob', reason: REASON, rate: 20, state: 'running' as const, total: 3, replayed: 0 };
    const run = { _id: id, startedAt: beatAt, endedAt: null, because: null, beatAt, asked: 'all', ...rest };
    await stories.inside.collections.replays.create(run);
    expect((await read(id)).state).toBe('running');
    clockMs = 2000;
    expect(await read(id)).toMatchObject({ state: 'interrupted', who: 'bob' });
    expect((await stories.get('/parked/replays')).json.replays).toMatchObject([{ id, state: 'interrupted' }]);
    expect(await untilEnded((await begin({ rate: 1000 })).id)).toMatchObject({ state: 'done', replayed: 3 });
  });

  test('a timer gives back events that stayed claimed', async () => {
    const events = many(2);
    await park(stories, events);
    await stories.parked.claim(events[0]?.id ?? '', { run: randomUUID(), at: new Date(Date.now() - 31_000) });
    stories.replays.start();
    const parked = async () => (await stories.get('/parked')).json.parked as unknown[];
    await until(async () => (await parked()).length === 2, 8000, 'giving back');
    expect(await parked()).toContainEqual(expect.objectContaining({ event: events[0]?.id, replay: null }));
  });
});
