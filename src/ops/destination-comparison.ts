import { Option } from 'commander';
import type { Repaired } from '../operate/shapes/comparisons.ts';
import { placeOf } from './ask.ts';
import { changeShowing, TO_COUNT } from './change.ts';
import { compareAll, comparisonText } from './comparison.ts';
import { OpsProblem } from './exit.ts';
import { facts } from './table.ts';
import { changeOptions, verb, type Changing } from './verb.ts';

const MOST_REPAIRED = 1000;

/** Compares a destination with what was sent to it, and sends again what it lost. */
export const COMPARISON_VERBS = [
  verb<{ file?: string; at?: string }>({
    call: 'compare <name>',
    about: 'Compare what a destination has with what it accepted; exits with 1 if there are differences',
    options: [
      new Option('--file <file>', 'Its orders: NDJSON or CSV with key and version; - for stdin'),
      new Option('--at <time>', 'When the file was made (default: when it was last changed)'),
    ],
    act: async (session, [name = ''], { file = null, at }) => {
      const comparison = await compareAll(session, `${placeOf('destinations', name)}/compare`, { file, at });
      session.show(comparison, comparisonText(name, comparison));
      if (comparison.differences.length > 0) session.endAs('refused');
    },
  }),
  verb<Changing>({
    call: 'repair <name> [orders...]',
    about: 'Send the newest state of orders to a destination again',
    options: changeOptions(),
    act: async (session, [name = '', ...orders], changing) => {
      if (orders.length === 0 || orders.length > MOST_REPAIRED)
        throw new OpsProblem(
          'usage',
          `name 1 to ${MOST_REPAIRED} orders, as \`destination compare\` shows them`,
        );
      const place = `${placeOf('destinations', name)}/repair`;
      const proposed = {
        look: async () => {
          const shown = await session.send<Repaired>(place, { orders, dryRun: true, reason: TO_COUNT });
          return { would: repairedText(shown), refused: null, shown };
        },
        act: (reason: string) => session.send<Repaired>(place, { orders, reason }),
      };
      await changeShowing(session, changing, proposed, repairedText);
    },
  }),
];

function repairedText({ did, onItsWay, already, unknown }: Repaired): string {
  const rows = facts([
    ['on their way', onItsWay],
    ['sent again before', already],
    ['unknown', unknown],
  ]);
  return `${did}\n\n${rows}`;
}
