import { Group, NativeSelect, NumberInput, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { Destination } from '../../operate/shapes/destinations.ts';
import { BY_TOPIC, IN_DOUBT, type Draft, type FieldsProps, type InDoubt } from './destination-draft.ts';
import { ReadBackFields } from './read-back-fields.tsx';
import { textField } from './text-field.ts';
import { WhenFields } from './when-fields.tsx';

const PRIORITIES = [
  'critical',
  'high',
  'normal',
  'low',
] as const satisfies readonly Destination['priority'][];

/** If the API refuses one of them, they are shown. */
const MORE = [
  'shops',
  'filter',
  'transform',
  'priority',
  'concurrency',
  'timeoutMs',
  'alertAfterMs',
  'rate',
  'backfillRate',
  'pauseWindows',
  'until',
  'inDoubt',
  'probeUrl',
  'readBack',
  'secrets',
] as const;

/** Fields whose defaults are right for most destinations. */
export function MoreFields(props: FieldsProps) {
  const { draft, problem } = props;
  // Stays true while the field is corrected: closing it would hide the field.
  const isRefused = MORE.some((field) => problem(field, () => null) !== undefined);
  return (
    <details className="more" open={isRefused || undefined}>
      <summary>More settings</summary>
      <Stack gap="sm" mt="sm">
        <WhichFields {...props} />
        <PaceFields {...props} />
        <WhenFields {...props} />
        <DoubtFields {...props} />
        <ReadBackFields {...props} />
        {draft.kind === 'http' && <SecretFields {...props} />}
      </Stack>
    </details>
  );
}

/** Which messages are sent, and what is in them. */
function WhichFields(props: FieldsProps) {
  const { draft, set, problem } = props;
  return (
    <>
      <TagsInput
        label="Only these shops"
        description="If empty, all shops"
        placeholder="name.myshopify.com"
        maxTags={1000}
        error={problem('shops', ({ shops }) => shops)}
        value={draft.shops}
        onChange={(shops) => set({ shops })}
      />
      <Textarea
        label="Filter"
        description="JSONata over the message: it is only sent if the result is true"
        placeholder="data.test = false"
        autosize
        maxLength={10_000}
        {...textField(props, 'filter')}
      />
      <Textarea
        label="Transformation"
        description="JSONata over the message: the result is sent"
        autosize
        maxLength={10_000}
        {...textField(props, 'transform')}
      />
    </>
  );
}

/** How fast, and in which order. */
function PaceFields(props: FieldsProps) {
  const { draft, set } = props;
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
          {...textField(props, 'priorities', 'priority')}
        />
      )}
      <Group grow align="flex-end">
        <Count label="At a time" most={1000} field="concurrency" {...props} />
        <Count label="Timeout (ms)" most={120_000} field="timeoutMs" {...props} />
      </Group>
      <Count label="Alert if an effect waits for (ms)" most={604_800_000} field="alertAfterMs" {...props} />
      <Group grow align="flex-end">
        <Count label="At most (messages)" most={100_000} field="rateMax" {...props} />
        <Count label="in (ms)" most={3_600_000} field="rateMs" {...props} />
        <Count label="Backfill (orders/s)" most={1000} field="backfillRate" {...props} />
      </Group>
    </>
  );
}

/** Where fields are in the request, if not under their own name. */
const PLACES: Partial<Record<CountProps['field'], string>> = {
  rateMax: 'rate/max',
  rateMs: 'rate/durationMs',
};

interface CountProps extends FieldsProps {
  label: string;
  most: number;
  field: 'alertAfterMs' | 'backfillRate' | 'concurrency' | 'rateMax' | 'rateMs' | 'timeoutMs';
}

function Count({ label, most, field, draft, set, problem }: CountProps) {
  return (
    <NumberInput
      label={label}
      min={1}
      max={most}
      allowDecimal={false}
      error={problem(PLACES[field] ?? field, (typed) => typed[field])}
      value={draft[field]}
      onChange={(value) => set({ [field]: value })}
    />
  );
}

/** What to do about messages that may or may not have arrived. */
function DoubtFields(props: FieldsProps) {
  const { draft, set, problem } = props;
  // Only an HTTP destination can be asked whether a message has arrived.
  const choices = Object.entries(IN_DOUBT).filter(([way]) => way !== 'ask' || draft.kind === 'http');
  return (
    <>
      <NativeSelect
        label="If it is unknown whether a message arrived"
        data={choices.map(([value, label]) => ({ value, label }))}
        error={problem('inDoubt', ({ inDoubt }) => inDoubt)}
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
          {...textField(props, 'probeUrl')}
        />
      )}
    </>
  );
}

/** Not shown while they are typed: screens are shared. */
function SecretFields(props: FieldsProps) {
  return (
    <Group grow align="flex-end">
      <TextInput
        type="password"
        label="Newest secret"
        description="whsec_…; if empty, it keeps its own or gets one"
        maxLength={200}
        autoComplete="off"
        {...textField(props, 'newestSecret', 'secrets/0')}
      />
      <TextInput
        type="password"
        label="Older secret"
        description="while receivers still use it"
        maxLength={200}
        autoComplete="off"
        {...textField(props, 'olderSecret', 'secrets/1')}
      />
    </Group>
  );
}
