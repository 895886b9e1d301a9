import { Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ShownOrder } from '../../operate/shapes/orders.ts';
import { ToneBadge } from '../components/tone-badge.tsx';
import { Copy } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { adminPage, ShopifyLink } from '../components/shopify-link.tsx';
import { When } from '../text/when.tsx';

/** Who bought it, where, and what the merchant noted. No customer data except Shopify's id of the customer. */
export function OrderAbout({ order }: { order: ShownOrder }) {
  const facts = factsOf(order).filter(([, value]) => value !== null);
  return (
    <section className="panel" aria-label="About the order">
      <Title order={2} size="h5" mb="xs">
        About
      </Title>
      <dl className="about">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="figures">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Null: nothing is known. */
function factsOf(order: ShownOrder): (readonly [string, ReactNode])[] {
  const { createdAt, processedAt } = order;
  return [
    ['Customer', customerOf(order)],
    ['Channel', text(order.sourceName)],
    ['Ships to', text([order.shippingRegion, order.shippingCountry].filter(Boolean).join(', '))],
    ['Paid with', text(order.gatewayNames.join(', '))],
    ['Discount codes', labels(order.discountCodes)],
    ['Tags', labels(order.tags)],
    ['PO number', text(order.poNumber)],
    ['Cancelled because', text(order.cancelReason)],
    ['Placed', processedAt === createdAt ? null : time(processedAt)],
    ['Updated at Shopify', time(order.updatedAt)],
    ['Closed', time(order.closedAt)],
    ['Newest snapshot', time(order.snapshotAt)],
    ['Last applied', time(order.changedAt)],
    ['Version', order.version],
  ];
}

function customerOf({ shop, customerId }: ShownOrder): ReactNode {
  if (customerId === null) return null;
  const href = adminPage(shop, 'customers', customerId);
  return (
    <>
      {href === null ? text(customerId) : <ShopifyLink href={href}>{customerId}</ShopifyLink>}{' '}
      <Copy text={customerId} what="customer id" />
    </>
  );
}

function text(value: string | null): ReactNode {
  return value === null || value === '' ? null : <Plain text={value} max={120} />;
}

function time(at: string | null): ReactNode {
  return at === null ? null : <When at={at} />;
}

/** An order may have 250 tags. */
const LABELS = 30;

function labels(texts: readonly string[]): ReactNode {
  if (texts.length === 0) return null;
  return (
    <span className="labels">
      {texts.slice(0, LABELS).map((label, at) => (
        <ToneBadge key={`${at} ${label}`} tone="plain">
          <Plain text={label} max={60} />
        </ToneBadge>
      ))}
      {texts.length > LABELS && `and ${texts.length - LABELS} more`}
    </span>
  );
}
