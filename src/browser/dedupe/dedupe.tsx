import { SegmentedControl } from '@mantine/core';
import { Link } from 'wouter';
import type { DedupeClaim, ClaimList } from '../../operate/shapes/dedupe.ts';
import { useChange } from '../dialogs/change-dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar } from '../tables/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useApi } from '../client/use-api.ts';
import { useFilters } from '../tables/use-filters.ts';
import { BodyLookup } from './body-lookup.tsx';
import { Claims, Found } from './claims.tsx';
import { ReleaseClaimDialog } from './release-claim-dialog.tsx';

const WAYS = [
  { value: 'event', label: 'By hash' },
  { value: 'webhook', label: 'By webhook id' },
  { value: 'body', label: 'By body' },
];

/** Whether a webhook was seen before and what happened to it; and releasing its key, to accept it again. */
export function DedupePage() {
  const releasing = useChange<DedupeClaim>();
  const { filters, set } = useFilters(['by', 'webhookId']);
  const by = filters.by === '' ? (filters.webhookId === '' ? 'event' : 'webhook') : filters.by;
  return (
    <Page
      title="Dedupe"
      sentence="Was this webhook seen before? Each event has a key made of its shop, topic and body. A second event with the same key is a duplicate."
    >
      <SegmentedControl
        mb="md"
        aria-label="Look up by"
        data={WAYS}
        value={by}
        onChange={(next) => set({ by: next })}
      />
      {by === 'event' && <ByHash release={releasing.open} />}
      {by === 'webhook' && <ByWebhook release={releasing.open} />}
      {by === 'body' && <BodyLookup release={releasing.open} />}
      {releasing.over && <ReleaseClaimDialog claim={releasing.over} onClose={releasing.close} />}
    </Page>
  );
}

const HASH_FIELDS = [
  { name: 'event', label: 'Event hash', placeholder: '64 hex digits', width: 560 },
] as const;
const A_HASH = /^[0-9a-f]{64}$/;

interface WayProps {
  release: (claim: DedupeClaim) => void;
}

function ByHash({ release }: WayProps) {
  const { filters } = useFilters(['event']);
  const event = filters.event.toLowerCase();
  return (
    <>
      <FilterBar fields={HASH_FIELDS} />
      {event === '' && (
        <Empty
          title="No hash entered"
          why="Each event's page shows its hash, and so does the log line of its drain."
        />
      )}
      {event !== '' && !A_HASH.test(event) && <NotWhole event={event} />}
      {A_HASH.test(event) && <HashAnswer event={event} release={release} />}
    </>
  );
}

function HashAnswer({ event, release }: WayProps & { event: string }) {
  const claim = useApi<DedupeClaim>(`/dedupe/${event}`);
  if (claim.error?.status === 404) return <Empty title="No key for this event" why={claim.error.message} />;
  if (claim.error) return <Problem problem={claim.error} />;
  return claim.data && <Claims claims={[claim.data]} release={release} />;
}

function NotWhole({ event }: { event: string }) {
  const query = new URLSearchParams({ hash: event }).toString();
  return (
    <Empty
      title="Not a complete hash"
      why={
        <>
          A hash has 64 hex digits; this text has {event.length} characters. To find events by the first
          digits of their hash,{' '}
          <Link className="link" href={`/events?${query}`}>
            search the events
          </Link>
          .
        </>
      }
    />
  );
}

const WEBHOOK_FIELDS = [
  { name: 'webhookId', label: 'Webhook id', placeholder: 'X-Shopify-Webhook-Id', width: 320 },
  { name: 'shop', label: 'Shop (to find waiting webhooks)', placeholder: 'name.myshopify.com', width: 260 },
] as const;

function ByWebhook({ release }: WayProps) {
  const { filters } = useFilters(['webhookId', 'shop']);
  const asked = filters.webhookId !== '';
  const found = useApi<ClaimList>('/dedupe', filters, { enabled: asked });
  return (
    <>
      <FilterBar fields={WEBHOOK_FIELDS} />
      {!asked && (
        <Empty
          title="No webhook id entered"
          why="Without a shop, only processed webhooks are found; with one, waiting webhooks are found too."
        />
      )}
      {asked && found.error && <Problem problem={found.error} />}
      {asked && found.data && !found.error && <Found {...found.data} release={release} />}
    </>
  );
}
