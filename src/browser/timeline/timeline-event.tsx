import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { Link } from 'wouter';
import type { EntryWithChanges } from '../../operate/shapes/events.ts';
import { useMay } from '../client/who.tsx';
import { OutcomeBadge } from '../components/outcome-badge.tsx';
import { several } from '../text/figures.ts';
import { EventLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { visible } from '../text/visible.ts';
import { When } from '../text/when.tsx';
import { BodyDiff } from '../bodies/body-diff.tsx';
import { ChangesInShort, EventChanges } from './event-changes.tsx';
import { EventStages } from './event-stages.tsx';

interface TimelineEventProps {
  entry: EntryWithChanges;
  /** The event with the newest whole order before it. */
  before: EntryWithChanges | null;
}

/** One event: when, what, its outcome, and what it changed, in a row; a click shows the rest. */
export function TimelineEvent({ entry, before }: TimelineEventProps) {
  const [isOpen, setOpen] = useState(false);
  const details = useId();
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <article className="entry" data-outcome={entry.outcome}>
      <UnstyledButton
        className="entry-row"
        aria-expanded={isOpen}
        aria-controls={isOpen ? details : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="entry-number figures" title="sequence number">
          {entry.sequence === null ? '·' : entry.sequence}
        </span>
        <span className="entry-time">
          <When at={entry.occurredAt ?? entry.receivedAt} />
        </span>
        <b className="entry-topic">{visible(entry.topic).slice(0, 80)}</b>
        <span className="entry-outcome">
          <OutcomeBadge outcome={entry.outcome} />
        </span>
        <span className="entry-what">
          <InShort entry={entry} />
        </span>
        <Chevron size={16} className="entry-chevron" aria-hidden />
      </UnstyledButton>
      <Exceptions entry={entry} />
      {isOpen && (
        <div id={details} className="entry-details">
          <Details entry={entry} before={before} />
        </div>
      )}
    </article>
  );
}

const BECAUSE = 160;

/** What it changed; if it changed nothing, why not. */
function InShort({ entry: { changes, because, duplicates } }: { entry: EntryWithChanges }) {
  const hasChanges = changes !== null && changes !== undefined && changes.length > 0;
  return (
    <>
      {hasChanges && <ChangesInShort changes={changes} />}
      {changes?.length === 0 && because === null && <span className="dim">details only</span>}
      {!hasChanges && because !== null && <span>{visible(because).slice(0, BECAUSE)}</span>}
      {duplicates > 0 && <b>{several(duplicates, 'duplicate', 'duplicates')}</b>}
    </>
  );
}

/** Earlier outcomes and notes are rare, and matter: they are always shown. */
function Exceptions({ entry: { earlier, notes } }: { entry: EntryWithChanges }) {
  return (
    <>
      {earlier.map((before) => (
        <p key={`${before.outcome} ${before.at}`} className="entry-line">
          Earlier: <OutcomeBadge outcome={before.outcome} past /> at <When at={before.at} />
          {before.because && (
            <>
              : <Plain text={before.because} max={240} />
            </>
          )}
        </p>
      ))}
      {notes.map((note) => (
        <p key={note} className="entry-line">
          <Plain text={note} max={240} />
        </p>
      ))}
    </>
  );
}

function Details({ entry, before }: TimelineEventProps) {
  const mayRead = useMay('operator');
  return (
    <>
      {entry.because && (
        <p className="entry-line">
          <Plain text={entry.because} max={600} />
        </p>
      )}
      <EventChanges entry={entry} />
      <EventStages entry={entry} />
      <Keys entry={entry} />
      {mayRead && entry.outcome !== 'waiting' && <BodyDiff event={entry.event} before={before} />}
    </>
  );
}

function Keys({ entry: { event, outcome, webhookId } }: { entry: EntryWithChanges }) {
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
    </p>
  );
}
