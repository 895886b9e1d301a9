import { Button, Group, NativeSelect, Text } from '@mantine/core';
import { useState } from 'react';
import type { Reconcile } from '../../operate/shapes/reconcile.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { several } from '../text/figures.ts';
import { Plain } from '../text/plain.tsx';
import { useDryPass } from './use-dry-pass.ts';

const HOUR_MS = 3_600_000;
/** How far back, in ms; null: no limit. */
const SPANS = {
  'the last 2 hours': 2 * HOUR_MS,
  'the last 24 hours': 24 * HOUR_MS,
  'the last 7 days': 168 * HOUR_MS,
  'the last 60 days': 1440 * HOUR_MS,
  'all time': null,
} as const;
type Span = keyof typeof SPANS;
const WORDS = Object.keys(SPANS) as Span[];

function windowOf(span: Span): { since: string } | { all: true } {
  const ms = SPANS[span];
  return ms === null ? { all: true } : { since: new Date(Date.now() - ms).toISOString() };
}

/** First compares without changing anything; if orders differ, repairs those of the same window. */
export function ReconcileDialog({ shop, onClose }: { shop: string; onClose: () => void }) {
  const [span, setSpan] = useState<Span>('the last 24 hours');
  const [window, setWindow] = useState(() => windowOf(span));
  const dry = useDryPass(shop);
  const choose = (next: Span) => {
    setSpan(next);
    dry.forget();
  };
  const compare = () => {
    const next = windowOf(span);
    setWindow(next);
    dry.begin(next);
  };
  const repair = async (reason: string) => {
    const body = { shop, ...window, dryRun: false, reason };
    return (await tell<Reconcile & { did: string }>('/reconciles', body)).did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Reconcile"
      confirmLabel="Repair"
      ready={dry.pass?.state === 'done' && driftOf(dry.pass) > 0}
      onConfirm={repair}
      what={
        <>
          Compares the orders of <Plain text={shop} max={100} /> with Shopify's. Orders that are missing or
          stale here are fetched and applied like any event; newer data here is kept. The comparison itself
          changes nothing.
        </>
      }
      extra={
        <>
          <Group align="flex-end" gap="xs">
            <NativeSelect
              label="Orders that changed in"
              value={span}
              data={WORDS}
              disabled={dry.underWay}
              onChange={(event) => choose(event.currentTarget.value as Span)}
            />
            <Button variant="default" loading={dry.underWay} onClick={compare}>
              Compare
            </Button>
          </Group>
          <Found dry={dry} />
        </>
      }
    />
  );
}

function driftOf({ missing, stale }: Reconcile): number {
  return missing + stale;
}

/** The result of the comparison; its place is kept while it runs. */
function Found({ dry: { pass, problem, underWay } }: { dry: ReturnType<typeof useDryPass> }) {
  return (
    <Text component="output" display="block" size="sm" fw={600} my="xs">
      {problem ? (
        <>
          Comparison failed: <Plain text={problem.message} />
        </>
      ) : (
        wordsOf(pass, underWay)
      )}
    </Text>
  );
}

function wordsOf(pass: Reconcile | undefined, underWay: boolean): string {
  if (!pass) return underWay ? 'Starting …' : 'Not compared yet.';
  const { state, checked, missing, stale, because } = pass;
  const orders = several(checked, 'order', 'orders');
  if (state === 'asked') return 'Waiting for the app program …';
  if (state === 'running') return `Comparing: ${orders} so far …`;
  if (state !== 'done') return `Comparison ${state}: ${because ?? 'no reason given'}`;
  if (driftOf(pass) === 0) return `${orders} compared: none missing, none stale. Nothing to repair.`;
  return `${orders} compared: ${missing} missing, ${stale} stale.`;
}
