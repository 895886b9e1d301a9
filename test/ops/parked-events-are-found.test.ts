import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ServedRoutes } from '../operate/served-routes.ts';
import { endedEvent, EVENT, parkedEvent } from './recorded-answers.ts';
import { serveRecorded } from './recorded-api.ts';
import type { Recorded } from './recorded.ts';
import { runOps } from './run-ops.ts';

const OLD = `0123456789ab${'cd'.repeat(26)}`;

describe('parked events', () => {
  let recorded: Recorded;
  let served: ServedRoutes;
  beforeAll(async () => {
    ({ recorded, served } = await serveRecorded({ parked: [parkedEvent(OLD)] }));
  });
  afterAll(() => served.stop());
  const run = (...args: string[]) => runOps(['--url', served.url, '--token', 'operator', ...args]);
  const discard = (begin: string) => run('parked', 'discard', begin, '--reason', 'of a test shop', '--yes');

  test('are found by the digits that lists show, even if the journal no longer has them', async () => {
    const shown = /\b0123456789ab\b/.exec((await run('parked', 'ls', '--events')).stdout)?.[0] ?? '';
    expect(await discard(shown)).toMatchObject({ code: 0 });
    expect(recorded.bodies.at(-1)).toMatchObject({ which: { events: [OLD] } });
  });

  test('match once if the journal has them too, and are not confused with other events', async () => {
    recorded.events = [{ ...endedEvent(1), event: OLD }];
    expect((await discard('0123')).code).toBe(0);
    recorded.events = [{ ...endedEvent(1), event: `0123${'ab'.repeat(30)}` }];
    const { code, stderr } = await discard('0123');
    expect(code).toBe(1);
    expect(stderr).toContain('several events start with 0123');
    expect(stderr).toContain(OLD);
    recorded.events = [];
  });

  test('are listed up to the limit, over several pages', async () => {
    recorded.parked = Array.from({ length: 450 }, (_, i) =>
      parkedEvent(`${EVENT.slice(8)}${10_000_000 + i}`),
    );
    const listed = async (limit: string) => {
      const { stdout } = await run('parked', 'ls', '--events', '--limit', limit, '--json');
      return JSON.parse(stdout) as { parked: { event: string }[]; cursor: string | null };
    };
    const { parked, cursor } = await listed('1000');
    expect(new Set(parked.map(({ event }) => event)).size).toBe(450);
    expect(cursor).toBeNull();
    expect((await listed('250')).parked).toHaveLength(250);
    const { stdout } = await run('parked', 'ls', '--events', '--limit', '250');
    expect(stdout).toContain('250 parked events and more');
    expect(stdout).toContain('older events: use --limit');
  });
});
