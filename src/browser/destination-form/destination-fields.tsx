import { Checkbox, NativeSelect, Stack, TagsInput, TextInput } from '@mantine/core';
import type { Topic } from '../../order/topics.ts';
import { STATUS_NAMES } from '../components/status-badge.tsx';
import { nameProblem, type FieldsProps } from './destination-draft.ts';
import { KindFields } from './kind-fields.tsx';
import { KINDS, RATES, typedSettings, type Kind } from './kinds.ts';
import { MoreFields } from './more-fields.tsx';
import { textField } from './text-field.ts';

/** Suggested; every other topic of an order can be typed. */
const USUAL_TOPICS = [
  'orders/create',
  'orders/paid',
  'orders/updated',
  'orders/fulfilled',
  'orders/cancelled',
  'refunds/create',
  'fulfillments/create',
] as const satisfies readonly Topic[];
const TRIGGERS = ['*', ...USUAL_TOPICS, ...STATUS_NAMES.map((status) => `status:${status}`)];

interface DestinationFieldsProps extends FieldsProps {
  /** The names of all destinations; null: this one exists, and keeps its name. */
  taken: readonly string[] | null;
}

/** What every destination needs, and below it what has useful defaults. */
export function DestinationFields({ taken, ...props }: DestinationFieldsProps) {
  const { draft, set, problem } = props;
  return (
    <Stack gap="sm">
      {taken && (
        <TextInput
          label="Name"
          required
          placeholder="erp"
          maxLength={63}
          autoComplete="off"
          error={nameProblem(draft.name, taken)}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value.trim() })}
        />
      )}
      {taken && <KindChoice {...props} />}
      {draft.kind === 'http' ? <Address {...props} /> : <KindFields {...props} />}
      <TagsInput
        label="Set off by"
        description="Topics, status:<new status>, or * for every change of an order. If empty, only what handlers set off"
        error={problem('on', ({ on }) => on)}
        data={TRIGGERS}
        maxTags={100}
        value={draft.on}
        onChange={(on) => set({ on })}
      />
      {taken && (
        <TextInput
          label="History from"
          description="beginning, or a time. If empty, only changes from now on are sent"
          placeholder="2026-11-01T00:00:00Z"
          maxLength={40}
          autoComplete="off"
          {...textField(props, 'from')}
        />
      )}
      <Checkbox
        label="The address may be in a private network"
        error={problem('allowPrivate', ({ allowPrivate }) => allowPrivate)}
        checked={draft.allowPrivate}
        onChange={(event) => set({ allowPrivate: event.currentTarget.checked })}
      />
      <MoreFields {...props} />
    </Stack>
  );
}

/** Another kind begins with its own settings; what is common to all kinds stays. */
function KindChoice({ draft, set }: FieldsProps) {
  const choose = (kind: Kind) =>
    set({
      kind,
      settings: typedSettings(kind, null),
      credentials: '',
      ...(RATES[kind] ?? { rateMax: '', rateMs: '' }),
      ...(kind !== 'http' && draft.inDoubt === 'ask' && { inDoubt: 'repeat' }),
      ...(kind !== 'postgres' && draft.readBack === 'sql' && { readBack: 'none' }),
    });
  return (
    <NativeSelect
      label="Kind"
      data={Object.entries(KINDS).map(([value, { label }]) => ({ value, label }))}
      value={draft.kind}
      onChange={(event) => choose(event.currentTarget.value as Kind)}
    />
  );
}

function Address(props: FieldsProps) {
  return (
    <TextInput
      label="Address"
      description="http or https; each message is a POST request to it"
      required
      placeholder="https://erp.example.com/hooks/orders"
      maxLength={2000}
      autoComplete="off"
      {...textField(props, 'url')}
    />
  );
}
