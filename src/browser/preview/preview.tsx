import { Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconFilterOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { Preview as Previewed } from '../../operate/shapes/preview.ts';
import { tell } from '../client/api.ts';
import { ToneBadge, type Tone } from '../components/tone-badge.tsx';
import { Code } from '../text/code.tsx';
import { several } from '../text/figures.ts';
import { OrderLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

type Change = Previewed['changes'][number];

const LOOKS = {
  sent: { tone: 'good', icon: IconCheck, text: 'would be sent' },
  refused: { tone: 'plain', icon: IconFilterOff, text: 'refused by the filter' },
  failed: { tone: 'bad', icon: IconAlertTriangle, text: 'would be parked' },
  'not tried': { tone: 'look', icon: IconAlertTriangle, text: 'not tried' },
} as const satisfies Record<Change['outcome'], { tone: Tone; icon: typeof IconCheck; text: string }>;

const CHANGES = 10;
/** Each expression may take a second. */
const LONGEST_MS = 60_000;

/** Shows what the newest changes would set off with the settings that are typed. Nothing is sent. */
export function Preview({ asked }: { asked: object }) {
  const [answer, setAnswer] = useState<Previewed | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = () => {
    setAsking(true);
    setProblem(null);
    setAnswer(null);
    tell<Previewed>('/destinations/preview', { ...asked, limit: CHANGES }, { ms: LONGEST_MS })
      .then(setAnswer, (error: unknown) => setProblem(error instanceof Error ? error.message : 'failed'))
      .finally(() => setAsking(false));
  };
  return (
    <Stack gap="xs">
      <Button variant="default" size="xs" loading={isAsking} onClick={ask} style={{ alignSelf: 'start' }}>
        Preview
      </Button>
      <Text size="xs" c="dimmed">
        Shows what the newest changes would have set off. Nothing is sent, and customer data is masked.
      </Text>
      {problem !== null && (
        <Text size="sm" role="alert">
          <ToneBadge tone="bad" icon={<IconAlertTriangle size={14} aria-hidden />}>
            No preview
          </ToneBadge>{' '}
          <Plain text={problem} max={300} />
        </Text>
      )}
      {answer && <Changes changes={answer.changes} />}
    </Stack>
  );
}

function Changes({ changes }: Previewed) {
  if (changes.length === 0)
    return <Text size="sm">No recent change matches “Set off by” and the shops.</Text>;
  const sent = changes.filter(({ outcome }) => outcome === 'sent').length;
  return (
    <section aria-label="Preview">
      <Text size="sm" mb="xs">
        {sent} of the newest {several(changes.length, 'change', 'changes')} would be sent.
      </Text>
      <Stack gap="sm">
        {changes.map((change) => (
          <OfChange key={`${change.order} ${change.version} ${change.sequence}`} change={change} />
        ))}
      </Stack>
    </section>
  );
}

function OfChange({ change: { order, name, topic, occurredAt, outcome, error, sent } }: { change: Change }) {
  const { tone, icon: Icon, text } = LOOKS[outcome];
  return (
    <div>
      <Group gap="xs">
        <OrderLink order={order} name={name} />
        <Text size="sm">{topic}</Text>
        <When at={occurredAt} />
        <ToneBadge tone={tone} icon={<Icon size={14} aria-hidden />}>
          {text}
        </ToneBadge>
      </Group>
      {error !== null && <Plain text={error} max={300} />}
      {sent !== null && (
        <details>
          <summary>Message</summary>
          <Code text={sent} label={`message ${name ?? order}`} json />
        </details>
      )}
    </div>
  );
}
