import { SegmentedControl } from '@mantine/core';
import { Link } from 'wouter';
import type { Claim, ClaimList } from '../../watch/shapes/dedupe.ts';
import { useChange } from '../components/change-dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { FilterBar } from '../components/filter-bar.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useApi } from '../use-api.ts';
import { useFilters } from '../use-filters.ts';
import { BodyLookup } from './body-lookup.tsx';
import { Claims, Found } from './claims.tsx';
import { ReleaseClaimDialog } from './release-claim-dialog.tsx';

const WAYS = [
  { value: 'event', label: 'By hash' },
  { value: 'webhook', label: 'By webhook id' },
  { value: 'body', label: 'By body' },
];

/** Whether a webhook was seen before, what became of it then; and letting it in once more. */
export function DedupePage() {
  const releasing = useChange<Claim>();
  const { filters, set } = useFilters(['by', 'webhookId']);
  const by = filters.by === '' ? (filters.webhookId === '' ? 'event' : 'webhook') : filters.by;
  return (
    <Page
      title="Dedupe"
      sentence="Was this webhook seen before? Each event has a key, made of its shop, topic and body; a second one with the same key is a duplicate."
    >
      <SegmentedControl
        mb="md"
        aria-label="How to look"
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
  { name: 'event', label: "The event's hash", placeholder: '64 hex digits', width: 560 },
] as const;
const A_HASH = /^[0-9a-f]{64}$/;

interface WayProps {
  release: (claim: Claim) => void;
}

function ByHash({ release }: WayProps) {
  const { filters } = useFilters(['event']);
  const event = filters.event.toLowerCase();
  return (
    <>
      <FilterBar fields={HASH_FIELDS} />
      {event === '' && (
        <Empty
          title="Nothing was asked yet"
          why="A hash stands on each event's page, and in the log line of its drain."
        />
      )}
      {event !== '' && !A_HASH.test(event) && <NotWhole event={event} />}
      {A_HASH.test(event) && <HashAnswer event={event} release={release} />}
    </>
  );
}

function HashAnswer({ event, release }: WayProps & { event: string }) {
  const claim = useApi<Claim>(`/dedupe/${event}`);
  if (claim.error?.status === 404) return <Empty title="No key of this event" why={claim.error.message} />;
  if (claim.error) return <Problem problem={claim.error} />;
  return claim.data && <Claims claims={[claim.data]} release={release} />;
}

function NotWhole({ event }: { event: string }) {
  const query = new URLSearchParams({ hash: event }).toString();
  return (
    <Empty
      title="This is no whole hash"
      why={
        <>
          A hash has 64 hex digits, and this is {event.length} characters. By the beginning of one events are
          found:{' '}
          <Link className="link" href={`/events?${query}`}>
            look there
          </Link>
          .
        </>
      }
    />
  );
}

const WEBHOOK_FIELDS = [
  { name: 'webhookId', label: 'Webhook id', placeholder: 'X-Shopify-Webhook-Id', width: 320 },
  { name: 'shop', label: 'Shop (finds more)', placeholder: 'name.myshopify.com', width: 260 },
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
          title="Nothing was asked yet"
          why="Without a shop only webhooks whose event has ended are found; with one, also those that wait."
        />
      )}
      {asked && found.error && <Problem problem={found.error} />}
      {asked && found.data && !found.error && <Found {...found.data} release={release} />}
    </>
  );
}
