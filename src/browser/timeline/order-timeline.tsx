import { Button, Skeleton, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { Timeline } from '../../operate/shapes/events.ts';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { ActRow } from './act-row.tsx';
import { EffectRows } from './effect-rows.tsx';
import { bodyBefore } from '../bodies/body-before.ts';
import { storyOf, type StoryRow } from './story.ts';
import { TimelineEvent } from './timeline-event.tsx';

/** Rows shown at first, and added by each click: an order may have thousands. */
const ROWS = 200;

interface OrderTimelineProps {
  timeline: Timeline | undefined;
  loading: boolean;
  /** Whether older events can be loaded. */
  more: boolean;
  loadingMore: boolean;
  onMore: () => void;
  newestFirst: boolean;
}

/** The order's history: one row per event, with what it set off, and operator actions between them. */
export function OrderTimeline({ timeline, loading, newestFirst, ...older }: OrderTimelineProps) {
  const [shown, setShown] = useState(ROWS);
  const story = useMemo(() => (timeline ? storyOf(timeline) : []), [timeline]);
  if (loading) return <Skeletons />;
  if (!timeline) return null;
  if (story.length === 0) {
    return (
      <Empty
        title="No events of this order"
        why="The journal deletes events after its retention period; the order itself is not deleted."
      />
    );
  }
  const rows = newestFirst ? story.toReversed() : story;
  return (
    <>
      {!newestFirst && <Older {...older} leftOut={timeline.leftOut} />}
      <ol
        className="timeline"
        reversed={newestFirst}
        aria-label={`history, in the sequence of application, ${newestFirst ? 'newest' : 'oldest'} first`}
      >
        {rows.slice(0, shown).map((row) => (
          <li key={keyOf(row)}>
            <Row row={row} timeline={timeline} />
          </li>
        ))}
      </ol>
      {rows.length > shown && (
        <Button variant="default" size="xs" onClick={() => setShown(shown + ROWS)}>
          Show more ({figure(rows.length - shown)} left)
        </Button>
      )}
      <EffectsLeftOut {...timeline} />
      {newestFirst && rows.length <= shown && <Older {...older} leftOut={timeline.leftOut} />}
    </>
  );
}

function EffectsLeftOut({ effectsLeftOut }: Pick<Timeline, 'effectsLeftOut'>) {
  return effectsLeftOut ? (
    <p className="footnote">
      Some effects are not shown. <Link href="/effects">Effects</Link> has all of them.
    </p>
  ) : null;
}

function Row({ row, timeline }: { row: StoryRow; timeline: Timeline }) {
  if (row.kind === 'act') return <ActRow act={row.act} />;
  if (row.kind === 'effect') return <EffectRows effects={row.effects} alone />;
  const { entry, effects } = row;
  return (
    <>
      <TimelineEvent entry={entry} before={bodyBefore(timeline.entries, entry)} />
      <EffectRows effects={effects} />
    </>
  );
}

type OlderProps = Pick<OrderTimelineProps, 'more' | 'loadingMore' | 'onMore'> & Pick<Timeline, 'leftOut'>;

/** Events before those that are shown. */
function Older({ more, loadingMore, onMore, leftOut }: OlderProps) {
  if (more) {
    return (
      <Button variant="default" size="xs" loading={loadingMore} onClick={onMore}>
        Show older events
      </Button>
    );
  }
  return leftOut ? (
    <p className="footnote">
      Some events are not shown. To find them, search <Link href="/events">Events</Link> for this order.
    </p>
  ) : null;
}

function keyOf(row: StoryRow): string {
  if (row.kind === 'act') return `act ${row.act.number}`;
  return row.kind === 'event' ? row.entry.event : row.effects[0].id;
}

function Skeletons() {
  return (
    <Stack gap={4} aria-hidden>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} height={34} />
      ))}
    </Stack>
  );
}
