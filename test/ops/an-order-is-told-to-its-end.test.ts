import { expect, test } from '@jest/globals';
import { journalEntry } from '../operate/journal-entry.ts';
import { effectId, storedEffect, storeEffects } from '../operate/stored-effects.ts';
import { keyOf, randomEventId } from '../support/waiting-event.ts';
import { ServedOps } from './served-ops.ts';

test('order show has below each event what it set off, and what has no event below all of them', async () => {
  const ops = await ServedOps.start();
  try {
    const order = keyOf('4711');
    const [first, second] = [randomEventId(), randomEventId()];
    const { collections } = ops.dashboard;
    await collections.events.insertMany([
      journalEntry('{}', { _id: first, order, sequence: 1 }),
      journalEntry('{}', { _id: second, order, sequence: 2 }),
    ]);
    const receipt = { at: new Date('2026-11-20T10:00:01Z'), answer: '200', ms: 7 };
    const run = { event: first, sequence: 1, version: 1, destination: 'handler-ship' };
    await storeEffects(collections, [
      storedEffect(1, { order, event: first, version: 1, state: 'done', attempts: 2, receipt }),
      storedEffect(2, { order, ...run, state: 'skipped', because: 'undone: \u001b[31mno stock' }),
      storedEffect(3, { order, event: second, state: 'parked', lastError: 'it answered 422', sequence: 2 }),
      storedEffect(4, { order, sequence: null, topic: 'lockstep/redacted' }),
    ]);
    await collections.handlerSteps.create(
      [
        {
          _id: 'a',
          effect: effectId(2),
          order,
          round: 0,
          number: 0,
          name: 'reserve',
          kind: 'step' as const,
          version: 1,
        },
      ].map((step) => ({ ...step, keptAt: new Date(), undoneAt: new Date() })),
    );
    const { code, stdout } = await ops.as('viewer', 'order', 'show', order);
    const told = stdout
      .split('\n')
      .filter((line) => / 1 |-> |without/.test(line))
      .map((line) => line.trim());
    expect(code).toBe(0);
    expect(told.slice(1)).toEqual([
      '-> erp  done  2026-11-20 10:00:01  200 in 7 ms, 2 attempts',
      expect.stringMatching(/^-> handler-ship {2}skipped {2}.*undone: .*no stock, reserve undone$/),
      expect.stringMatching(/^-> erp {2}parked {2}.*it answered 422$/),
      '1 effect without an event:',
      expect.stringMatching(/^-> erp {2}waiting {2}/),
    ]);
    expect(stdout).not.toContain('\u001b');
  } finally {
    await ops.stop();
  }
});
