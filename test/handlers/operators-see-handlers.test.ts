import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { effectTools } from '../../src/compose/effect-tools.ts';
import { destinationPut } from '../../src/operate/shapes/destinations.ts';
import {
  deleteDestination,
  putDestination,
  testDestination,
  viewOf,
} from '../../src/operate/steering/destinations.ts';
import { until } from '../support/until.ts';
import { Handling } from './handling.ts';

describe('operators see handlers as destinations', () => {
  let handling: Handling;
  let tools: ReturnType<typeof effectTools>;
  beforeEach(async () => {
    handling = await Handling.open();
    handling.write('greet', `await step('greet', () => did('greet'));`, `version: 3, priority: 'high',`);
    tools = effectTools(handling.publishing.inside);
  });
  afterEach(async () => {
    await tools.component.stop();
    await handling.close();
  });

  test('with what their code says', async () => {
    await handling.start();
    const known = await tools.destinations.store.one('handler-greet');
    expect(await viewOf(known!, tools.destinations)).toMatchObject({
      kind: 'handler',
      url: null,
      on: ['orders/paid'],
      priority: 'high',
      concurrency: 4,
      timeoutMs: 30_000,
      handler: { version: 3, seenAt: expect.stringMatching(/^20/) },
      secrets: 0,
    });
  });

  test('but cannot add, change or test them', async () => {
    const asked = destinationPut.parse({ url: 'https://example.com/', reason: 'to try it' });
    await expect(putDestination('handler-greet', asked, tools.destinations)).rejects.toThrow(
      'only publishers make handler-…, from the code in LOCKSTEP_HANDLERS',
    );
    expect(destinationPut.safeParse({ kind: 'handler', url: '', reason: 'to try it' }).success).toBe(false);
    await handling.start();
    await expect(putDestination('handler-greet', asked, tools.destinations)).rejects.toThrow(
      'only publishers',
    );
    await expect(testDestination('handler-greet', tools.destinations)).rejects.toThrow('lockstep/testing');
  });

  test('can pause and resume them, also while a publisher starts again', async () => {
    const stop = await handling.start();
    await tools.destinations.store.pause('handler-greet', 'for a while', 'operator');
    await stop();
    await handling.start();
    await handling.live(1);
    await handling.ends('greet', 'waiting');
    await until(async () => (await tools.destinations.backlog.figures.counts('handler-greet')).waiting === 1);
    expect(handling.did).toEqual([]);
    await tools.destinations.store.resume('handler-greet');
    await handling.ends('greet', 'done');
    expect(handling.did).toEqual(['greet']);
  });

  test('can delete one only when no publisher has its code', async () => {
    const stop = await handling.start();
    const remove = () => deleteDestination('handler-greet', tools.destinations);
    await expect(remove()).rejects.toThrow(
      /a publisher had its code \d s ago: remove it from LOCKSTEP_HANDLERS first/,
    );
    await stop();
    await handling.publishing.inside.collections.destinations.updateOne(
      { _id: 'handler-greet' },
      { $set: { 'handler.seenAt': new Date(Date.now() - 61_000) } },
    );
    expect(await remove()).toMatch(/^deleted/);
  });
});
