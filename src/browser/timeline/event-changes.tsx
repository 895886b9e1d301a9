import type { Change, EntryWithChanges } from '../../operate/shapes/events.ts';
import { Plain } from '../text/plain.tsx';
import { visible } from '../text/visible.ts';

/** The most changes that fit into a row. */
const IN_ROW = 3;
const CHARACTERS = 40;

/** Words for an order's facts; the others are shown as the API names them. */
const NAMES: Readonly<Partial<Record<string, string>>> = {
  financialStatus: 'payment',
  fulfillmentStatus: 'fulfillment',
  totalPrice: 'total',
  transactions: 'payments',
  fulfillments: 'parcels',
  fulfillmentEvents: 'tracking',
};
/** The most important first. */
const FIRST = ['status', 'financialStatus', 'fulfillmentStatus', 'refunds', 'fulfillments', 'transactions'];

const nameOf = (field: string) => NAMES[field] ?? visible(field);
const wordsOf = (value: string | null) => (value === null ? 'none' : visible(value).replaceAll('_', ' '));

/** The changes in one line, for the event's row. */
export function ChangesInShort({ changes }: { changes: readonly Change[] }) {
  const ranked = changes.toSorted((one, other) => rankOf(one.field) - rankOf(other.field));
  const more = ranked.length - IN_ROW;
  return (
    <>
      {ranked.slice(0, IN_ROW).map(({ field, before, after }) => (
        <span key={field} className="change">
          <span className="dim">{nameOf(field)}</span> <InShort before={before} after={after} />
        </span>
      ))}
      {more > 0 && <span className="dim">and {more} more</span>}
    </>
  );
}

function rankOf(field: string): number {
  const rank = FIRST.indexOf(field);
  return rank === -1 ? FIRST.length : rank;
}

/** For parts, such as `1: 1 success`, the number is enough if it has changed. */
function InShort({ before, after }: Pick<Change, 'before' | 'after'>) {
  const [was, is] = [countIn(before), countIn(after)];
  const words = (value: string | null, count: string | null) =>
    (was === is || count === null ? wordsOf(value) : count).slice(0, CHARACTERS);
  return (
    <>
      {before !== null && `${words(before, was)} → `}
      <b>{words(after, is)}</b>
    </>
  );
}

const countIn = (value: string | null) => /^(\d+):/.exec(value ?? '')?.[1] ?? null;

/** All changes. Null: they are unknown. */
export function EventChanges({ entry: { changes, outcome } }: { entry: EntryWithChanges }) {
  if (changes === undefined || (outcome !== 'applied' && outcome !== 'late')) return null;
  if (changes === null)
    return (
      <p className="entry-line dim">
        Its changes are unknown: the journal no longer has the events before it.
      </p>
    );
  if (changes.length === 0) return null;
  return (
    <ul className="changes" aria-label="changes">
      {changes.map(({ field, before, after }) => (
        <li key={field}>
          <span className="dim">{nameOf(field)}</span> <Plain text={wordsOf(before)} max={80} />
          <span aria-label="became"> → </span>
          <b>
            <Plain text={wordsOf(after)} max={80} />
          </b>
        </li>
      ))}
    </ul>
  );
}
