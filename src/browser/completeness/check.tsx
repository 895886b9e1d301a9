import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import type { Completeness } from '../../operate/shapes/completeness.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { ask } from '../client/api.ts';
import { useApi, useRefetch } from '../client/use-api.ts';
import { Empty } from '../components/empty.tsx';
import { FactList } from '../components/fact-list.tsx';
import { MayButton } from '../components/may-button.tsx';
import { Page } from '../components/page.tsx';
import { Problem } from '../components/problem.tsx';
import { useChange } from '../dialogs/change-dialog.tsx';
import { download } from '../text/download.ts';
import { figure } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { ShopLink } from '../text/shop-link.tsx';
import { When } from '../text/when.tsx';
import { CheckResult, isOpen } from './check-result.tsx';
import { Differences } from './differences.tsx';
import { RepairDialog } from './repair-dialog.tsx';

/** One completeness check: the sentence, its numbers, what differs, and the signed statement. */
export function CheckPage() {
  const { id = '' } = useParams();
  const place = `/completeness/${encodeURIComponent(id)}`;
  const { data: check, error } = useApi<Completeness>(place);
  useRefetch([place, {}], check && isOpen(check) ? (now) => now.sample.at : undefined);
  return (
    <Page
      title="Completeness check"
      sentence={
        <output className="wrap">{check ? <Plain text={check.sentence} max={600} /> : '\u00a0'}</output>
      }
      actions={check?.state === 'done' && <Ways check={check} />}
    >
      {error && <Trouble problem={error} />}
      {check && <FactList facts={factsOf(check)} />}
      {check && <Differences check={check} />}
    </Page>
  );
}

function Trouble({ problem }: { problem: ApiProblem }) {
  if (problem.status === 404 || problem.status === 400)
    return <Empty title="No such check" why={problem.message} />;
  return <Problem problem={problem} />;
}

function Ways({ check }: { check: Completeness }) {
  const { id, shop, from, to, reconcileSince } = check;
  const repairing = useChange();
  const saving = useMutation<void, ApiProblem>({
    mutationFn: async () => {
      const signed = await ask<object>(`/completeness/${encodeURIComponent(id)}/statement`);
      const name = `completeness-${shop.replace(/\..*/, '')}-${from}-${to}.json`;
      download(`${JSON.stringify(signed, null, 2)}\n`, name);
    },
  });
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconDownload size={14} aria-hidden />}
        loading={saving.isPending}
        onClick={() => saving.mutate()}
      >
        Signed statement
      </Button>
      <MayButton
        needs="operator"
        size="xs"
        idle={reconcileSince === null ? 'No order is missing here' : null}
        onClick={() => repairing.open(true)}
      >
        Reconcile…
      </MayButton>
      {saving.error && <Problem problem={saving.error} />}
      {repairing.opened && reconcileSince !== null && (
        <RepairDialog shop={shop} since={reconcileSince} onClose={repairing.close} />
      )}
    </>
  );
}

function factsOf(check: Completeness): (readonly [string, ReactNode])[] {
  return [
    ['Result', <CheckResult key="result" {...check} />],
    ['Shop', <ShopLink key="shop" shop={check.shop} />],
    ['Orders here', figure(check.here)],
    ['Orders at Shopify', figure(check.atShopify)],
    ['Deleted here', figure(check.deletedHere)],
    ['Test orders here', figure(check.testHere)],
    ['Test orders at Shopify', figure(check.testAtShopify)],
    ['Time zone', check.zone === null ? '–' : <Plain key="zone" text={check.zone} max={60} />],
    ['Compared', <When key="compared" at={check.comparedAt} />],
    ['Requested', <When key="requested" at={check.askedAt} />],
    ['Who', <Plain key="who" text={check.who} max={60} />],
    ['Reason', <Plain key="reason" text={check.reason} max={500} />],
  ];
}
