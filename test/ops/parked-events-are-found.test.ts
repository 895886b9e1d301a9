import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventId } from '../../src/order/identity.ts';
import { journalEntry } from '../operate/journal-entry.ts';
import { soundEvent } from '../operate/parked-events.ts';
import { ServedOps } from './served-ops.ts';

const OLD = `0123456789ab${'cd'.repeat(26)}` as EventId;

describe('parked events', () => {
  let ops: ServedOps;
  beforeAll(async () => {
    ops = await ServedOps.start();
  });
  afterAll(() => ops.stop());
  const parkAs = (event: EventId) => ops.park([{ ...soundEvent(1), id: event }]);
  const discard = (start: string) =>
    ops.run('parked', 'discard', start, '--reason', 'of a test shop', '--yes');
  const stateOf = async (event: string) =>
    (await ops.dashboard.collections.parked.findById(event).lean())?.state;

  test('are found by the digits that lists show, even if the journal no longer has them', async () => {
    await parkAs(OLD);
    await ops.dashboard.collections.events.deleteMany({});
    const shown = /\b0123456789ab\b/.exec((await ops.run('parked', 'ls', '--events')).stdout)?.[0] ?? '';
    expect(await discard(shown)).toMatchObject({ code: 0 });
    expect(await stateOf(OLD)).toBe('discarded');
  });

  test('match once if the journal has them too, and are not confused with other events', async () => {
    const { events, parked } = ops.dashboard.collections;
    await parked.deleteMany({});
    await parkAs(OLD);
    expect(await events.countDocuments({ _id: OLD })).toBe(1);
    expect((await discard('0123')).code).toBe(0);
    expect(await stateOf(OLD)).toBe('discarded');
    await parked.updateOne({ _id: OLD }, { state: 'parked' });
    await events.deleteMany({});
    await events.create({ ...journalEntry('{}'), _id: `0123${'ab'.repeat(30)}` });
    const { code, stderr } = await discard('0123');
    expect(code).toBe(1);
    expect(stderr).toContain('several events start with 0123');
    expect(stderr).toContain(OLD);
    expect(await stateOf(OLD)).toBe('parked');
    await Promise.all([parked.deleteMany({}), events.deleteMany({})]);
  });

  test('are listed up to the limit, over several pages', async () => {
    await ops.park(Array.from({ length: 450 }, (_, i) => soundEvent(i)));
    const listed = async (limit: string) => {
      const { stdout } = await ops.run('parked', 'ls', '--events', '--limit', limit, '--json');
      return JSON.parse(stdout) as { parked: { event: string }[]; cursor: string | null };
    };
    const { parked, cursor } = await listed('1000');
    expect(new Set(parked.map(({ event }) => event)).size).toBe(450);
    expect(cursor).toBeNull();
    expect((await listed('250')).parked).toHaveLength(250);
    const { stdout } = await ops.run('parked', 'ls', '--events', '--limit', '250');
    expect(stdout).toContain('250 parked events and more');
    expect(stdout).toContain('older events: use --limit');
  });
});
