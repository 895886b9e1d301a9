import { expect, test } from '@jest/globals';
import { journalEntry } from '../operate/journal-entry.ts';
import { keyOf } from '../support/waiting-event.ts';
import { ServedOps } from './served-ops.ts';

test('a history of several pages is shown whole, in the order of application', async () => {
  const ops = await ServedOps.start();
  try {
    const order = keyOf('4711');
    const entries = Array.from({ length: 2050 }, (_, i) => journalEntry('{}', { order, sequence: i + 1 }));
    await ops.dashboard.collections.events.insertMany(entries);
    const { code, stdout } = await ops.as('viewer', 'order', 'show', order, '--json');
    const shown = JSON.parse(stdout) as { entries: { sequence: number }[]; leftOut: boolean };
    expect([code, shown.leftOut]).toEqual([0, false]);
    expect(shown.entries.map(({ sequence }) => sequence)).toEqual(entries.map(({ sequence }) => sequence));
  } finally {
    await ops.stop();
  }
});
