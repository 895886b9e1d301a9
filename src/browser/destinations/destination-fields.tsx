import { Checkbox, Stack, TagsInput, TextInput } from '@mantine/core';
import type { Topic } from '../../order/topics.ts';
import { STATUS_NAMES } from '../components/status-badge.tsx';
import { nameProblem, type FieldsProps } from './destination-draft.ts';
import { MoreFields } from './more-fields.tsx';

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
export function DestinationFields({ draft, set, taken }: DestinationFieldsProps) {
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
      <TextInput
        label="Address"
        description="http or https; each message is a POST request to it"
        required
        placeholder="https://erp.example.com/hooks/orders"
        maxLength={2000}
        autoComplete="off"
        value={draft.url}
        onChange={(event) => set({ url: event.currentTarget.value })}
      />
      <TagsInput
        label="Set off by"
        description="Topics, status:<new status>, or * for every change of an order"
        required
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
          value={draft.from}
          onChange={(event) => set({ from: event.currentTarget.value })}
        />
      )}
      <Checkbox
        label="The address may be in a private network"
        checked={draft.allowPrivate}
        onChange={(event) => set({ allowPrivate: event.currentTarget.checked })}
      />
      <MoreFields draft={draft} set={set} />
    </Stack>
  );
}
