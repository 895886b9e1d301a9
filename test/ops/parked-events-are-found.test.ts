import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { asEventId, type EventId } from '../../src/order/identity.ts';
import { journalEntry } from '../operate/journal-entry.ts';
import { park, soundEvent } from '../operate/parked-events.ts';
import { ServedDashboard } from '../operate/served-dashboard.ts';
import { optionsFor, runOps } from './run-ops.ts';

const OLD = idOf(`0123456789ab${'cd'.repeat(26)}`);

function idOf(text: string): EventId {
  const id = asEventId(text);
  if (!id) throw new Error(`${text} is not an event id`);
  return id;
}

describe('parked events', () => {
  let dashboard: ServedDashboard;
  let options: string[];
  beforeAll(async () => {
    dashboard = await ServedDashboard.start();
    options = await optionsFor(dashboard.url);
  });
  beforeEach(async () => {
    const { parked, events } = dashboard.collections;
    await Promise.all([parked.deleteMany({}), events.deleteMany({})]);
    await park({ inside: dashboard }, [{ ...soundEvent(1), id: OLD }]);
    // The journal has it too, and here has already dropped it.
    await events.deleteMany({});
  });
  afterAll(() => dashboard.stop());

  const run = (...args: string[]) => runOps([...options, ...args]);
  const discard = (begin: string) => run('parked', 'discard', begin, '--reason', 'of a test shop', '--yes');
  const stateOf = async (id: string) => (await dashboard.collections.parked.findById(id).lean())?.state;

  test('are found by the digits that lists show, even if the journal no longer has them', async () => {
    const shown = /\b0123456789ab\b/.exec((await run('parked', 'ls', '--events')).stdout)?.[0] ?? '';
    const { code, stdout } = await discard(shown);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('discarded') });
    expect(await stateOf(OLD)).toBe('discarded');
    const last = await dashboard.collections.audit.findOne().sort({ _id: -1 }).lean();
    expect(last).toMatchObject({ action: 'parked.discard', target: OLD, reason: 'of a test shop' });
  });

  test('match once if the journal has them too', async () => {
    await dashboard.collections.events.create(journalEntry('{}', { _id: OLD, outcome: 'parked' }));
    expect((await discard('0123')).code).toBe(0);
    expect(await stateOf(OLD)).toBe('discarded');
  });

  test('are not confused with other events', async () => {
    const other = journalEntry('{}', { _id: `0123${'ab'.repeat(30)}`, appliedAt: new Date() });
    await dashboard.collections.events.create(other);
    const { code, stderr } = await discard('0123');
    expect(code).toBe(1);
    expect(stderr).toContain('several events start with 0123');
    expect(stderr).toContain(OLD);
    expect(await stateOf(OLD)).toBe('parked');
  });

  test('are listed up to the limit, over several pages', async () => {
    const { parked: stored } = dashboard.collections;
    const one = await stored.findById(OLD).lean();
    const many = Array.from({ length: 449 }, (_, i) => ({
      ...one,
      _id: `${'ab'.repeat(28)}${10_000_000 + i}`,
    }));
    await stored.collection.insertMany(many as never[]);
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
