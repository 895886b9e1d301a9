import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocks } from '../../src/lock/locks.ts';
import { deliver } from '../../src/publish/deliver.ts';
import { notSentYet } from '../../src/publish/effects-of-blocks.ts';
import type { EffectDocument } from '../../src/persist/effect-schema.ts';
import { destinationOf, messageOf, Publishing } from './publishing.ts';

const TTL_MS = 2000;

/** As if the process were stopped: no timer runs meanwhile, so nothing has noticed that the lock has expired. */
function stopped(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('a publisher that was stopped', () => {
  let publishing: Publishing;
  beforeAll(async () => {
    publishing = await Publishing.open();
  });
  afterAll(() => publishing.close());

  test('P9: for longer than its lock sends nothing: another one may have sent it', async () => {
    const locks = createLocks([publishing.inside.redis], TTL_MS, () => undefined);
    const effect = { _id: 'ef_1', ...notSentYet(new Date()) } as EffectDocument;
    const sent: string[] = [];
    const attempt = async (stopsMs: number) => {
      const lease = await locks.acquire(`lock-of-${stopsMs}`, 'a test');
      try {
        return await deliver(effect, messageOf('{}'), destinationOf({}), lease!, {
          sink: {
            send: ({ id }) => {
              sent.push(id);
              return Promise.resolve({ outcome: 'done', answer: '200' });
            },
            close: () => Promise.resolve(),
          },
          expressions: {
            evaluate: ({ text }) => {
              stopped(stopsMs);
              return Promise.resolve({ text });
            },
            close: () => Promise.resolve(),
          },
          effects: { begin: () => Promise.resolve() },
          onAnswer: () => Promise.resolve(),
          now: Date.now,
        });
      } finally {
        await lease!.release();
      }
    };
    await expect(attempt(TTL_MS + 100)).rejects.toThrow('it expired or was released while held');
    expect(sent).toEqual([]);
    expect(await attempt(0)).toMatchObject({ state: 'done' });
    expect(sent).toEqual(['ef_1']);
  });
});
