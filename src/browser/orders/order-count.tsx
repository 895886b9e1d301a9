import { useApi } from '../client/use-api.ts';
import type { Params } from '../client/api.ts';
import { browserZone } from '../text/days.ts';
import { figure, several } from '../text/figures.ts';
import { When } from '../text/when.tsx';

interface OrderCountProps {
  params: Params;
  /** How many orders are shown. */
  shown: number;
  more: boolean;
  /** Its space is reserved, so that nothing moves. */
  isLoading: boolean;
}

/**
 * How many orders there are. It is a separate request: the rows do not wait until all orders are counted, and are not
 * counted again with every page. If the API has no count, only the shown ones are counted.
 */
export function OrderCount({ params, shown, more, isLoading }: OrderCountProps) {
  const answer = useApi<{ count?: number | null }>(
    '/orders',
    { ...params, limit: 1, count: '1' },
    { enabled: more },
  );
  const all = more
    ? `1–${figure(shown)} of ${figureOr(answer.data?.count ?? null, shown)}`
    : several(shown, 'order', 'orders');
  return (
    <output className="footnote order-count">
      {isLoading ? '\u00a0' : all}
      <CreatedRange from={params.createdFrom} to={params.createdTo} />
    </output>
  );
}

/** The range in UTC, like all times on the pages; its days are those of the browser's time zone. */
function CreatedRange({ from, to }: Record<'from' | 'to', Params[string]>) {
  if (!from && !to) return null;
  return (
    <>
      , created {from && 'from '}
      {from && <When at={String(from)} />} {to && 'to '}
      {to && <When at={String(to)} />} UTC (days in {browserZone()})
    </>
  );
}

/** The count may be older than the rows: it is never shown as less than them. */
function figureOr(count: number | null, shown: number): string {
  return count === null ? 'more' : figure(Math.max(count, shown));
}
