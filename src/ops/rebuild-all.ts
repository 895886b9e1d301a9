import type { RebuildPage } from '../operate/shapes/rebuild.ts';
import { reasonToAct, UNCHANGED } from './change.ts';
import { onCtrlC } from './ctrl-c.ts';
import { OpsProblem } from './exit.ts';
import type { Session } from './session.ts';
import { counted } from './table.ts';
import type { Changing } from './verb.ts';

export interface RebuildingAll extends Changing {
  shop?: string;
  after?: string;
}

type Sum = Omit<RebuildPage, 'cursor'>;

const NOTHING: Sum = { looked: 0, needed: 0, rebuilt: 0, unchanged: 0, refusals: 0, refused: [] };
const COUNTS = ['looked', 'needed', 'rebuilt', 'unchanged', 'refusals'] as const;
const SHOWN = 20;

/**
 * Rebuilds every order that needs it, a page per request. A page that was started is finished: Ctrl-C ends the command
 * after it. If the command ends before the last page, for whatever reason, it says how to continue.
 */
export async function rebuildAll(session: Session, options: RebuildingAll): Promise<void> {
  const reason = reasonToAct(options);
  const asked = { shop: options.shop, ...(reason === null ? { dryRun: true } : { reason }) };
  let sum = NOTHING;
  let cursor = options.after ?? null;
  let isStopping = false;
  const remove = onCtrlC(() => (isStopping = true));
  const progress = session.startProgress('orders examined');
  try {
    do {
      const page: RebuildPage = await session.send('/orders/rebuild', {
        ...asked,
        after: cursor ?? undefined,
      });
      sum = added(sum, page);
      cursor = page.cursor;
      progress.set(sum.looked);
    } while (cursor !== null && !isStopping);
  } catch (error) {
    throw withAdvice(error, cursor, sum);
  } finally {
    progress.end();
    remove();
  }
  session.show({ ...sum, cursor, dryRun: reason === null }, sumText(sum, cursor, reason === null));
  if (sum.refusals > 0 || cursor !== null) session.endAs('refused');
}

function added(sum: Sum, page: RebuildPage): Sum {
  const counts = COUNTS.map((name) => [name, sum[name] + page[name]]);
  const refused = [...sum.refused, ...page.refused].slice(0, SHOWN);
  return { ...(Object.fromEntries(counts) as unknown as Sum), refused };
}

function withAdvice(error: unknown, cursor: string | null, { looked, rebuilt }: Sum): unknown {
  if (!(error instanceof OpsProblem) || cursor === null || looked === 0) return error;
  const done = `${counted(looked, 'order')} examined, ${rebuilt} rebuilt`;
  return new OpsProblem(error.exit, `${error.message}; ${done}; ${toContinue(cursor)}`, error.status);
}

function toContinue(cursor: string): string {
  return `to continue, repeat the command with --after ${cursor}`;
}

function sumText(sum: Sum, cursor: string | null, isDryRun: boolean): string {
  const { looked, needed, rebuilt, unchanged, refusals, refused } = sum;
  const more = refusals > refused.length ? [`  … and ${refusals - refused.length} more`] : [];
  const head = isDryRun
    ? `${counted(needed, 'order')} of ${looked} would be rebuilt, except those that are refused.`
    : `${counted(rebuilt, 'order')} of ${looked} rebuilt; ${unchanged} needed nothing.`;
  return [
    head,
    ...(refusals > 0 ? [`${counted(refusals, 'order')} refused, in whole or in part:`] : []),
    ...refused.map(({ order, because }) => `  ${order}  ${because}`),
    ...more,
    ...(cursor === null ? [] : [`Interrupted: ${toContinue(cursor)}.`]),
    ...(isDryRun && needed > 0 ? [UNCHANGED] : []),
  ].join('\n');
}
