import { Alert, Group, Text, Title } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { EventDetail } from '../../watch/shapes/events.ts';
import { ask, ApiProblem } from '../api.ts';
import { ChangeDialog, useChange } from '../components/change-dialog.tsx';
import { Code } from '../components/code.tsx';
import { figure } from '../components/figures.ts';
import { MayButton } from '../components/may-button.tsx';
import { Problem } from '../components/problem.tsx';

/**
 * What was sent. It is read only when somebody asks: each reading is audited. Customer data is masked until
 * a reason is given, and is not kept when the page is left.
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
          role="operator"
          size="xs"
          variant="default"
          loading={busy}
          onClick={() => void showMasked()}
        >
          Show it, customer data masked
        </MayButton>
        <MayButton role="operator" size="xs" variant="default" onClick={() => unmask.open(true)}>
          Show customer data …
        </MayButton>
        <Text size="xs" c="dimmed">
          Who reads a payload stands in the audit.
        </Text>
      </Group>
      {problem && <Problem problem={problem} />}
      {read && <Shown detail={read} />}
      <ChangeDialog
        opened={unmask.opened}
        onClose={unmask.close}
        title="Show customer data"
        what="The payload is shown as Shopify sent it, with names, addresses and e-mail addresses. That you read it, and why, is written into the audit."
        confirmLabel="Show it"
        onConfirm={async (reason) => {
          setRead(await ask<EventDetail>(place, { payload: '1', reason }));
          return 'The payload is shown on the page, with customer data.';
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
        bytes came.
      </Alert>
      {payload !== undefined && <Code json text={payload} label={label} />}
      {payload === undefined && payloadBase64 !== undefined && (
        <>
          <Text size="sm">It is no text; this is its base64.</Text>
          <Code text={payloadBase64} label={`${label} in base64`} />
        </>
      )}
      {payload === undefined && payloadBase64 === undefined && (
        <Text size="sm">
          It is no JSON that could be masked: it is shown with a reason only, or is not kept any more.
        </Text>
      )}
    </>
  );
}
