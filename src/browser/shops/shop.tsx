import { Alert, Button, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import type { ShopDetail } from '../../operate/shapes/shops.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { useChange } from '../dialogs/change-dialog.tsx';
import { Empty } from '../components/empty.tsx';
import { figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Copy } from '../text/order-link.tsx';
import { Page } from '../components/page.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { When } from '../text/when.tsx';
import { useApi, useRefetch } from '../client/use-api.ts';
import { FactList } from '../components/fact-list.tsx';
import { ReconcileDialog } from '../reconciliation/reconcile-dialog.tsx';
import { ShopReconciles } from '../reconciliation/shop-reconciles.tsx';
import { ShopRequests } from '../requests/shop-requests.tsx';
import { ShopState } from './shop-state.tsx';

/** One shop: installation, traffic, reconciliations and privacy requests. */
export function ShopPage() {
  const { shop = '' } = useParams();
  const place = `/shops/${encodeURIComponent(shop)}`;
  const answer = useApi<ShopDetail>(
    place,
    {},
    { watch: ({ status }) => [status.accepted, status.waitingEvents, status.shops, status.complianceDue] },
  );
  const detail = answer.data;
  // While a reconciliation runs, its progress is fetched with every sample.
  useRefetch([place, {}], passUnderWay(detail) ? (now) => now.sample.at : undefined);
  const reconciling = useChange();
  return (
    <Page
      title="Shop"
      sentence={
        <span className="wrap">
          <Plain text={shop} max={100} /> <Copy text={shop} what="shop name" />
        </span>
      }
      actions={detail && <Ways detail={detail} onReconcile={() => reconciling.open(true)} />}
    >
      {answer.error && (
        <Trouble problem={answer.error} asOf={detail ? new Date(answer.dataUpdatedAt) : null} />
      )}
      {detail && <All detail={detail} />}
      {reconciling.opened && <ReconcileDialog shop={shop} onClose={reconciling.close} />}
    </Page>
  );
}

function passUnderWay(detail: ShopDetail | undefined): boolean {
  return detail?.reconciles.some(({ state }) => state === 'asked' || state === 'running') ?? false;
}

function Trouble(props: { problem: ApiProblem; asOf: Date | null }) {
  const { problem } = props;
  if (problem.status === 404) return <Empty title="No such shop" why={problem.message} />;
  return <Problem {...props} />;
}

function All({ detail }: { detail: ShopDetail }) {
  const { attention, subscriptions, reconciles, requests } = detail;
  const says = subscriptions?.says ?? [];
  return (
    <>
      {attention !== null && <Needs title="This shop needs attention" kind="problem" words={[attention]} />}
      {says.length > 0 && <Needs title="Its webhook subscriptions have problems" kind="note" words={says} />}
      <FactList facts={factsOf(detail)} />
      <Title order={2} size="h5" mt="lg" mb="xs">
        Reconciliation
      </Title>
      <ShopReconciles reconciles={reconciles} />
      <Title order={2} size="h5" mt="lg" mb="xs">
        Privacy requests
      </Title>
      <ShopRequests requests={requests} />
    </>
  );
}

interface NeedsProps {
  title: string;
  kind: 'problem' | 'note';
  words: readonly string[];
}

function Needs({ title, kind, words }: NeedsProps) {
  const icon = <IconAlertTriangle size={18} />;
  return (
    <Alert className={kind} variant="outline" icon={icon} title={title} mb="md">
      {words.map((each) => (
        <div key={each}>
          <Plain text={each} max={600} />
        </div>
      ))}
    </Alert>
  );
}

const PLACES = {
  orders: 'Orders',
  events: 'Events',
  parked: 'Parked',
  reports: 'Reports',
  completeness: 'Completeness',
} as const;

function Ways({ detail: { shop, state }, onReconcile }: { detail: ShopDetail; onReconcile: () => void }) {
  const query = new URLSearchParams({ shop }).toString();
  return (
    <>
      {Object.entries(PLACES).map(([place, word]) => (
        <Button key={place} component={Link} href={`/${place}?${query}`} variant="default" size="xs">
          {word}
        </Button>
      ))}
      <MayButton
        needs="operator"
        size="xs"
        idle={state === 'installed' ? null : 'Only shops that have the app installed can be reconciled'}
        onClick={onReconcile}
      >
        Reconcile…
      </MayButton>
    </>
  );
}

function factsOf(detail: ShopDetail): (readonly [string, ReactNode])[] {
  const { token, subscriptions } = detail;
  return [
    ['State', <ShopState key="state" state={detail.state} />],
    ['Installed', <When key="installed" at={detail.installedAt} />],
    ['Uninstalled', <When key="uninstalled" at={detail.uninstalledAt} />],
    ['Data erased', <When key="redacted" at={detail.redactedAt} />],
    ['Events in 24 h', `${figure(detail.events24h)} (${(detail.share * 100).toFixed(1)} % of all)`],
    ['Events waiting', figure(detail.waitingEvents)],
    ['Last webhook', <When key="webhook" at={detail.lastWebhookAt} />],
    ['Last event (webhook or fetched)', <When key="last" at={detail.lastEventAt} />],
    ['Subscriptions checked', <When key="seen" at={subscriptions?.checkedAt} />],
    ['Compared up to', <When key="reconciled" at={detail.reconciledTo} />],
    ['Repaired orders', figure(detail.repaired)],
    ['Token expires', <When key="token" at={token?.expires} />],
    ['Refresh token expires', <When key="refresh" at={token?.refreshExpires} />],
    ['Encryption key', token ? <Plain key="key" text={token.key} max={60} /> : '–'],
    ['Scopes', detail.scopes.length > 0 ? <Plain key="scopes" text={detail.scopes.join(', ')} /> : '–'],
    ['Missing subscriptions', <Topics key="missing" topics={subscriptions?.missing} />],
    ['Duplicate subscriptions', <Topics key="doubled" topics={subscriptions?.doubled} />],
  ];
}

function Topics({ topics }: { topics: readonly string[] | undefined }) {
  if (!topics) return <span className="dim">–</span>;
  return topics.length === 0 ? 'none' : <Plain text={topics.join(', ')} />;
}
