import { Title } from '@mantine/core';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { Code } from '../text/code.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

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

/** The newest event of each type that other systems sent, with its data as JSON. */
export function OrderExternal({ order: { orderId, external } }: { order: ShownOrder }) {
  const types = Object.entries(external);
  if (types.length === 0) return null;
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Other systems
      </Title>
      {types.map(([type, { data, occurredAt, source }]) => (
        <details key={type} className="more">
          <summary>
            {type} <When at={occurredAt} /> <Plain text={source} max={60} />
          </summary>
          <Code json text={JSON.stringify(data)} label={`${type} of ${orderId}`} />
        </details>
      ))}
    </>
  );
}

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
