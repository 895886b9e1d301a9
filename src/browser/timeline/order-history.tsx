import { SegmentedControl, Title } from '@mantine/core';
import { Problem } from '../components/problem.tsx';
import '../styles/timeline.css';
import { Held } from './held.tsx';
import { OrderTimeline } from './order-timeline.tsx';
import { useNewestFirst } from './use-newest-first.ts';
import type { useTimeline } from './use-timeline.ts';

const DIRECTIONS = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
];

interface OrderHistoryProps {
  history: ReturnType<typeof useTimeline>;
  orderKey: string;
}

/** What holds the order up now, and everything that happened to it. */
export function OrderHistory({ history, orderKey }: OrderHistoryProps) {
  const [newestFirst, setNewestFirst] = useNewestFirst();
  return (
    <>
      <div className="section-head">
        <Title order={2} size="h5">
          Timeline
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Order of the timeline"
          data={DIRECTIONS}
          value={newestFirst ? 'newest' : 'oldest'}
          onChange={(value) => setNewestFirst(value === 'newest')}
        />
      </div>
      {history.timeline && <Held timeline={history.timeline} orderKey={orderKey} />}
      {history.problem && <Problem problem={history.problem} asOf={history.asOf} />}
      <OrderTimeline {...history} newestFirst={newestFirst} />
    </>
  );
}
