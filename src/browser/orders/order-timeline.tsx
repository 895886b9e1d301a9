import { Button, Skeleton, Stack } from '@mantine/core';
import { IconUserCog } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { AuditEntry } from '../../operate/shapes/audit.ts';
import type { Timeline } from '../../operate/shapes/events.ts';
import { Empty } from '../components/empty.tsx';
import { Plain } from '../text/plain.tsx';
import { ToneBadge } from '../components/tone-badge.tsx';
import { When } from '../text/when.tsx';
import { figure } from '../text/figures.ts';
import '../styles/timeline.css';
import { storyOf, type StoryRow } from './story.ts';
import { TimelineEvent } from './timeline-event.tsx';

/** Rows shown at first, and added by each click: an order may have thousands. */
const ROWS = 200;

/** The order's history: one row per event, with operator actions between them. */
export function OrderTimeline({ timeline, loading }: { timeline: Timeline | undefined; loading: boolean }) {
  const [shown, setShown] = useState(ROWS);
  const rows = useMemo(() => (timeline ? storyOf(timeline) : []), [timeline]);
  if (loading) return <Skeletons />;
  if (!timeline) return null;
  if (rows.length === 0) {
    return (
      <Empty
        title="No events of this order"
        why="The journal deletes events after its retention period; the order itself stays."
      />
    );
  }
  return (
    <>
      {timeline.leftOut && (
        <p className="footnote">
          Only the newest 1,000 are shown. To find older ones, search <Link href="/events">Events</Link> for
          this order.
        </p>
      )}
      <ol className="timeline" aria-label="history, in the sequence of application">
        {rows.slice(0, shown).map((row) => (
          <li key={keyOf(row)}>
            {row.kind === 'event' ? <TimelineEvent entry={row.entry} /> : <ActRow act={row.act} />}
          </li>
        ))}
      </ol>
      {rows.length > shown && (
        <Button variant="default" size="xs" onClick={() => setShown(shown + ROWS)}>
          Show more ({figure(rows.length - shown)} left)
        </Button>
      )}
    </>
  );
}

const keyOf = (row: StoryRow) => (row.kind === 'event' ? row.entry.event : `act ${row.act.number}`);

function ActRow({ act }: { act: AuditEntry }) {
  return (
    <div className="entry" data-kind="act">
      <div className="entry-head">
        <ToneBadge tone="info" icon={<IconUserCog size={14} aria-hidden />}>
          {act.action}
        </ToneBadge>
        <span>
          <b>
            <Plain text={act.who} max={60} />
          </b>{' '}
          ({act.role}), <When at={act.at} />
          {act.outcome !== 'done' && <b> – {act.outcome}</b>}
        </span>
      </div>
      {act.reason && (
        <p className="entry-line">
          “<Plain text={act.reason} />”
        </p>
      )}
      {act.detail && (
        <p className="entry-line dim">
          <Plain text={act.detail} />
        </p>
      )}
    </div>
  );
}

function Skeletons() {
  return (
    <Stack gap="xs" aria-hidden>
      {[0, 1, 2, 3].map((row) => (
        <Skeleton key={row} height={104} />
      ))}
    </Stack>
  );
}
