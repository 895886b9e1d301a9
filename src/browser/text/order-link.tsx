import { ActionIcon, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Link } from 'wouter';
import { visible } from './visible.ts';

/** The path of an order's page. @param order `<shop>/<order id>` */
export function orderPage(order: string): string {
  return `/orders/${order.split('/').map(encodeURIComponent).join('/')}`;
}

/** A link to an order by its name or key, with the key in the tooltip. */
export function OrderLink({ order, name }: { order: string; name?: string | null }) {
  const [shop = '', id = ''] = order.split('/');
  const short = `${shop.replace(/\.myshopify\.com$/, '')}/${id}`;
  return (
    <Link className="link figures" href={orderPage(order)} title={visible(order)}>
      {visible(name ?? short).slice(0, 80)}
    </Link>
  );
}

/** A link to an event by the first 12 digits of its hash, with a button that copies all 64. */
export function EventLink({ event }: { event: string }) {
  return (
    <span className="event-link">
      <Link className="link mono" href={`/events/${encodeURIComponent(event)}`} title={visible(event)}>
        {visible(event.slice(0, 12))}
      </Link>
      <Copy text={event} what="event hash" />
    </span>
  );
}

export function Copy({ text, what }: { text: string; what: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={copied ? `${what}: copied` : `copy ${what}`}
          title={copied ? 'copied' : `copy ${what}`}
          onClick={(event) => {
            event.stopPropagation();
            copy();
          }}
        >
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
  );
}
