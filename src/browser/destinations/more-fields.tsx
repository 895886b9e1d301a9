import { Group, NativeSelect, NumberInput, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { BY_TOPIC, IN_DOUBT, type Draft, type FieldsProps, type InDoubt } from './destination-draft.ts';

const PRIORITIES = [
  'critical',
  'high',
  'normal',
  'low',
] as const satisfies readonly Destination['priority'][];

/** Fields whose defaults are right for most destinations. */
export function MoreFields(props: FieldsProps) {
  return (
    <details className="more">
      <summary>More settings</summary>
      <Stack gap="sm" mt="sm">
        <WhichFields {...props} />
        <PaceFields {...props} />
        <DoubtFields {...props} />
        <SecretFields {...props} />
      </Stack>
    </details>
  );
}

/** Which messages are sent, and what is in them. */
function WhichFields({ draft, set }: FieldsProps) {
  return (
    <>
      <TagsInput
        label="Only these shops"
        description="If empty, all shops"
        placeholder="name.myshopify.com"
        maxTags={1000}
        value={draft.shops}
        onChange={(shops) => set({ shops })}
      />
      <Textarea
        label="Filter"
        description="JSONata over the message: it is only sent if the result is true"
        placeholder="data.test = false"
        autosize
        maxLength={10_000}
        value={draft.filter}
        onChange={(event) => set({ filter: event.currentTarget.value })}
      />
      <Textarea
        label="Transformation"
        description="JSONata over the message: the result is sent"
        autosize
        maxLength={10_000}
        value={draft.transform}
        onChange={(event) => set({ transform: event.currentTarget.value })}
      />
    </>
  );
}

/** How fast, and in which order. */
function PaceFields({ draft, set }: FieldsProps) {
  return (
    <>
      <NativeSelect
        label="Priority"
        data={[...PRIORITIES, BY_TOPIC]}
        value={draft.priority}
        onChange={(event) => set({ priority: event.currentTarget.value as Draft['priority'] })}
      />
      {draft.priority === BY_TOPIC && (
        <Textarea
          label="Priorities"
          description="A topic and its priority on each line; other topics are normal"
          placeholder="orders/paid critical"
          autosize
          minRows={2}
          value={draft.priorities}
          onChange={(event) => set({ priorities: event.currentTarget.value })}
        />
      )}
      <Group grow align="flex-end">
        <Count label="At a time" most={1000} field="concurrency" draft={draft} set={set} />
        <Count label="Timeout (ms)" most={120_000} field="timeoutMs" draft={draft} set={set} />
      </Group>
      <Count
        label="Alert if an effect waits for (ms)"
        most={604_800_000}
        field="alertAfterMs"
        draft={draft}
        set={set}
      />
      <Group grow align="flex-end">
        <Count label="At most (messages)" most={100_000} field="rateMax" draft={draft} set={set} />
        <Count label="in (ms)" most={3_600_000} field="rateMs" draft={draft} set={set} />
        <Count label="Backfill (orders/s)" most={1000} field="backfillRate" draft={draft} set={set} />
      </Group>
    </>
  );
}

interface CountProps extends FieldsProps {
  label: string;
  most: number;
  field: 'alertAfterMs' | 'backfillRate' | 'concurrency' | 'rateMax' | 'rateMs' | 'timeoutMs';
}

function Count({ label, most, field, draft, set }: CountProps) {
  return (
    <NumberInput
      label={label}
      min={1}
      max={most}
      allowDecimal={false}
      value={draft[field]}
      onChange={(value) => set({ [field]: value })}
    />
  );
}

/** What to do about messages that may or may not have arrived. */
function DoubtFields({ draft, set }: FieldsProps) {
  return (
    <>
      <NativeSelect
        label="If it is unknown whether a message arrived"
        data={Object.entries(IN_DOUBT).map(([value, label]) => ({ value, label }))}
        value={draft.inDoubt}
        onChange={(event) => set({ inDoubt: event.currentTarget.value as InDoubt })}
      />
      {draft.inDoubt === 'ask' && (
        <TextInput
          label="Address to ask"
          description="Answers GET with 2xx if the message {id} has arrived, and with 404 if not"
          placeholder="https://erp.example.com/hooks/{id}"
          maxLength={2000}
          autoComplete="off"
          value={draft.probeUrl}
          onChange={(event) => set({ probeUrl: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** Not shown while they are typed: screens are shared. */
function SecretFields({ draft, set }: FieldsProps) {
  return (
    <Group grow align="flex-end">
      <TextInput
        type="password"
        label="Newest secret"
        description="whsec_…; if empty, it keeps its own or gets one"
        maxLength={200}
        autoComplete="off"
        value={draft.newestSecret}
        onChange={(event) => set({ newestSecret: event.currentTarget.value })}
      />
      <TextInput
        type="password"
        label="Older secret"
        description="while receivers still use it"
        maxLength={200}
        autoComplete="off"
        value={draft.olderSecret}
        onChange={(event) => set({ olderSecret: event.currentTarget.value })}
      />
    </Group>
  );
}
