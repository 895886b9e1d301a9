import { Title } from '@mantine/core';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { Code } from '../text/code.tsx';

const PARTS = [
  'lines',
  'transactions',
  'refunds',
  'fulfillments',
  'fulfillmentEvents',
  'tenders',
  'disputes',
  'returns',
  'edits',
  'drafts',
  'assessments',
  'protections',
] as const satisfies readonly (keyof ShownOrder)[];

/** All parts of the order as JSON, one collapsed section per kind. */
export function OrderParts({ order }: { order: ShownOrder }) {
  const there = PARTS.filter((part) => order[part].length > 0);
  if (there.length === 0) return null;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Raw data
      </Title>
      {there.map((part) => (
        <details key={part} className="more">
          <summary>
            {part.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ({order[part].length})
          </summary>
          <Code json text={JSON.stringify(order[part])} label={`${part} of ${order.orderId}`} />
        </details>
      ))}
    </>
  );
}
