import { Alert, Group, Text, Title } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { EventDetail } from '../../operate/shapes/events.ts';
import { ApiProblem } from '../client/api-problem.ts';
import { ask } from '../client/api.ts';
import { ChangeDialog, useChange } from '../dialogs/change-dialog.tsx';
import { Code } from '../text/code.tsx';
import { figure } from '../text/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Problem } from '../components/problem.tsx';

/**
 * An event's payload. It is loaded only on a click, because every view is audited. Customer data is masked
 * until a reason is given, and is dropped when the page is left.
 */
export function EventPayload({ event }: { event: string }) {
  const [read, setRead] = useState<EventDetail | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [busy, setBusy] = useState(false);
  const unmask = useChange();
  const place = `/events/${encodeURIComponent(event)}`;
  const showMasked = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setRead(await ask<EventDetail>(place, { payload: '1' }));
    } catch (error) {
      setProblem(error instanceof ApiProblem ? error : new ApiProblem(0, String(error)));
    }
    setBusy(false);
  };
  return (
    <>
      <Title order={2} size="h5" mt="lg" mb="xs">
        Payload
      </Title>
      <Group gap="xs" mb="sm">
        <MayButton
          needs="operator"
          size="xs"
          variant="default"
          loading={busy}
          onClick={() => void showMasked()}
        >
          Show payload (masked)
        </MayButton>
        <MayButton needs="operator" size="xs" variant="default" onClick={() => unmask.open(true)}>
          Show customer data…
        </MayButton>
        <Text size="xs" c="dimmed">
          Viewing a payload is recorded in the audit log.
        </Text>
      </Group>
      {problem && <Problem problem={problem} />}
      {read && <Shown detail={read} />}
      <ChangeDialog
        opened={unmask.opened}
        onClose={unmask.close}
        title="Show customer data"
        what="Shows the payload as Shopify sent it, with names, addresses and email addresses. The audit log records that you viewed it, and why."
        confirmLabel="Show"
        onConfirm={async (reason) => {
          setRead(await ask<EventDetail>(place, { payload: '1', reason }));
          return 'The page now shows the payload with customer data.';
        }}
      />
    </>
  );
}

function Shown({ detail: { payload, payloadBase64, payloadBytes, masked, event } }: { detail: EventDetail }) {
  const label = `payload of ${event.slice(0, 12)}`;
  return (
    <>
      <Alert className="note" variant="outline" icon={<IconEyeOff size={18} />} mb="xs">
        {masked === false ? 'Customer data is shown.' : 'Customer data is masked.'} {figure(payloadBytes)}{' '}
        bytes received.
      </Alert>
      {payload !== undefined && <Code json text={payload} label={label} />}
      {payload === undefined && payloadBase64 !== undefined && (
        <>
          <Text size="sm">The payload is not text. It is shown in base64.</Text>
          <Code text={payloadBase64} label={`${label} in base64`} />
        </>
      )}
      {payload === undefined && payloadBase64 === undefined && (
        <Text size="sm">
          There is no masked payload: it is not JSON (to see it, show customer data), or it is no longer kept.
        </Text>
      )}
    </>
  );
}
