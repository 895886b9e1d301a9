import type { ReactNode } from 'react';
import type { EntryWithChanges } from '../../operate/shapes/events.ts';
import { Plain } from '../text/plain.tsx';
import { useTime } from '../text/use-time.ts';
import { Age, When } from '../text/when.tsx';

/** An event's way through Lockstep, with the time of each stage. */
export function EventStages({ entry }: { entry: EntryWithChanges }) {
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
