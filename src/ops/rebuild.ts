import type { RebuildLook } from '../operate/shapes/rebuild.ts';
import { change } from './change.ts';
import { findOrder, orderPlace } from './find.ts';
import { differenceLines } from './verified-text.ts';
import { counted } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

export const REBUILD_VERBS = [
  verb<Changing>({
    call: 'rebuild <order>',
    about: 'Rebuild an order from its journal, if its document is wrong or damaged',
    options: changeOptions(),
    act: async (session, [typed = ''], changing) => {
      const place = orderPlace('orders', await findOrder(session, typed), 'rebuild');
      await change(session, changing, {
        look: async () => {
          const shown = await session.send<RebuildLook>(place, { dryRun: true });
          return { would: lookText(shown), refused: shown.refused, shown };
        },
        act: (reason) => session.send(place, { reason }),
      });
    },
  }),
];

function lookText({ order, events, parked, needed, differences, damage }: RebuildLook): string {
  const head = needed
    ? `${order} would be rebuilt from the ${counted(events, 'event')} in its journal:`
    : `${order} matches its journal: nothing would change.`;
  const left = parked > 0 ? [`${counted(parked, 'parked event')} would not be included.`] : [];
  return [head, ...damage.map((words) => `      ${words}`), ...differenceLines(differences), ...left].join(
    '\n',
  );
}
