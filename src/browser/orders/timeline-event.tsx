import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Change, EntryWithChanges } from '../../operate/shapes/events.ts';
import { several } from '../text/figures.ts';
import { EventLink } from '../text/order-link.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { Plain } from '../text/plain.tsx';
import { useTime } from '../text/use-time.ts';
import { Age, When } from '../text/when.tsx';

/** One event: its stages, its outcome and the reason, and what it changed. */
export function TimelineEvent({ entry }: { entry: EntryWithChanges }) {
  return (
    <article className="entry" data-outcome={entry.outcome}>
      <div className="entry-head">
        <span className="entry-number figures" title="sequence number">
          {entry.sequence === null ? '·' : `#${entry.sequence}`}
        </span>
        <b>
          <Plain text={entry.topic} max={80} />
        </b>
        <OutcomeBadge outcome={entry.outcome} />
        {entry.because && (
          <span className="entry-because">
            <Plain text={entry.because} max={240} />
          </span>
        )}
      </div>
      <Lanes entry={entry} />
      {entry.earlier.map((before) => (
        <p key={`${before.outcome} ${before.at}`} className="entry-line">
          Earlier: <OutcomeBadge outcome={before.outcome} past /> at <When at={before.at} />
          {before.because && (
            <>
              : <Plain text={before.because} max={240} />
            </>
          )}
        </p>
      ))}
      {entry.notes.map((note) => (
        <p key={note} className="entry-line">
          <Plain text={note} max={240} />
        </p>
      ))}
      <Changes changes={entry.changes} applied={entry.outcome === 'applied' || entry.outcome === 'late'} />
      <Keys entry={entry} />
    </article>
  );
}

function Lanes({ entry }: { entry: EntryWithChanges }) {
  const { occurredAt, triggeredAt, receivedAt, lockedAt, worker, appliedAt, outcome } = entry;
  return (
    <dl className="lanes">
      <Lane name="happened" note={triggeredAt && <Triggered at={triggeredAt} />}>
        <When at={occurredAt} />
      </Lane>
      <Lane name="received" note={<Took from={occurredAt} to={receivedAt} word="later" />}>
        <When at={receivedAt} />
      </Lane>
      <Lane name="waited">
        <Waited from={receivedAt} to={lockedAt ?? appliedAt} />
      </Lane>
      <Lane name="locked" note={worker && <Plain text={worker} max={40} />}>
        <When at={lockedAt} />
      </Lane>
      <Lane name={ENDED[outcome]} note={<Took from={lockedAt} to={appliedAt} word="after the lock" />}>
        <When at={appliedAt} />
      </Lane>
    </dl>
  );
}

/** The name of the last stage. */
const ENDED = {
  waiting: 'not processed yet',
  applied: 'applied',
  stale: 'found stale',
  unchanged: 'found unchanged',
  late: 'applied late',
  parked: 'parked',
} as const satisfies Record<EntryWithChanges['outcome'], string>;

function Lane({ name, note, children }: { name: string; note?: ReactNode; children: ReactNode }) {
  return (
    <div className="lane">
      <dt>{name}</dt>
      <dd>
        {children}
        <span className="lane-note">{note || '\u00a0'}</span>
      </dd>
    </div>
  );
}

function Triggered({ at }: { at: string }) {
  return (
    <>
      triggered <When at={at} />
    </>
  );
}

function Took({ from, to, word }: { from: string | null; to: string | null; word: string }) {
  if (from === null || to === null) return null;
  return (
    <>
      <Age ms={between(from, to)} /> {word}
    </>
  );
}

function Waited({ from, to }: { from: string; to: string | null }) {
  return to === null ? <StillWaiting from={from} /> : <Age ms={between(from, to)} />;
}

function StillWaiting({ from }: { from: string }) {
  return <Age ms={Math.max(0, useTime(1000) - Date.parse(from))} />;
}

/** Clocks of two hosts may differ: a negative span is shown as 0. */
function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

function Changes({ changes, applied }: { changes: readonly Change[] | null | undefined; applied: boolean }) {
  if (changes === undefined || !applied) return null;
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
          <span className="dim">{field}</span> <Plain text={before ?? 'nothing'} max={80} />
          <span aria-label="became"> → </span>
          <b>
            <Plain text={after ?? 'nothing'} max={80} />
          </b>
        </li>
      ))}
    </ul>
  );
}

function Keys({ entry: { event, outcome, webhookId, duplicates } }: { entry: EntryWithChanges }) {
  return (
    <p className="entry-keys">
      <span>
        event <EventLink event={event} />
      </span>
      <Link className="link" href={`/dedupe?event=${encodeURIComponent(event)}`}>
        dedupe key
      </Link>
      {outcome === 'parked' && (
        <Link className="link" href={`/parked?event=${event}`}>
          parked entry
        </Link>
      )}
      {webhookId && (
        <span>
          webhook <Plain text={webhookId} max={60} />
        </span>
      )}
      {duplicates > 0 && <b>{several(duplicates, 'duplicate', 'duplicates')}</b>}
    </p>
  );
}
