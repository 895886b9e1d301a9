import { Option } from 'commander';
import type { RebuildLook } from '../operate/shapes/rebuild.ts';
import { change } from './change.ts';
import { OpsProblem } from './exit.ts';
import { findOrder, orderPlace } from './find.ts';
import { rebuildAll, type RebuildingAll } from './rebuild-all.ts';
import type { Session } from './session.ts';
import { differenceLines } from './verified-text.ts';
import { counted } from './table.ts';
import { changeOptions, verb } from './verb.ts';

interface Rebuilding extends RebuildingAll {
  all?: true;
}

export const REBUILD_VERBS = [
  verb<Rebuilding>({
    call: 'rebuild [order]',
    about: 'Rebuild an order from its journal, if its document is wrong, damaged or of an earlier version',
    options: [
      new Option('--all', 'Rebuild all orders that need it, also those stored under another ORDER_BODY'),
      new Option('--shop <shop>', 'With --all: only orders of this shop'),
      new Option('--after <cursor>', 'With --all: continue where an interrupted command ended'),
      ...changeOptions(),
    ],
    act: async (session, [typed], rebuilding) => {
      if (rebuilding.all && typed === undefined) await rebuildAll(session, rebuilding);
      else await rebuildNamed(session, typed, rebuilding);
    },
  }),
];

async function rebuildNamed(session: Session, typed: string | undefined, rebuilding: Rebuilding) {
  const { all, shop, after } = rebuilding;
  if (typed === undefined || all) throw new OpsProblem('usage', 'name an order, or use --all, and not both');
  if (after !== undefined) throw new OpsProblem('usage', '--after is only valid with --all');
  const place = orderPlace('orders', await findOrder(session, typed, shop), 'rebuild');
  await change(session, rebuilding, {
    look: async () => {
      const shown = await session.send<RebuildLook>(place, { dryRun: true });
      return { would: lookText(shown), refused: shown.refused, shown };
    },
    act: (reason) => session.send(place, { reason }),
  });
}

function lookText(look: RebuildLook): string {
  const { parked, differences, changes, damage, from } = look;
  const left = parked > 0 ? [`${counted(parked, 'parked event')} would not be included.`] : [];
  const fields = from === 'journal' || look.refused !== null ? differenceLines(differences) : [];
  const words = [...damage, ...changes].map((each) => `      ${each}`);
  return [headOf(look), ...words, ...fields, ...left].join('\n');
}

function headOf({ order, events, needed, from, changes }: RebuildLook): string {
  if (!needed) return `${order} matches its journal: nothing would change.`;
  return from === 'document' && changes.length > 0
    ? `${order} would be rewritten from its stored document, without its journal:`
    : `${order} would be rebuilt from the ${counted(events, 'event')} in its journal:`;
}
