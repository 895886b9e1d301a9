import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Completeness } from '../../operate/shapes/completeness.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { isPeriod, PERIODS, type Period } from './periods.ts';

const OTHER = 'other days';
const FIRST = 'last month';

/** Requests a check of a period. It changes no order; it is audited, because its result is signed. */
export function CheckDialog({ shop: given, onClose }: { shop: string; onClose: () => void }) {
  const [shop, setShop] = useState(given);
  const [preset, setPreset] = useState<string>(FIRST);
  const [period, setPeriod] = useState<Period>(() => periodOf(FIRST) ?? { from: '', to: '' });
  const choose = (name: string) => {
    setPreset(name);
    setPeriod((before) => periodOf(name) ?? before);
  };
  const change = (part: Partial<Period>) => {
    setPreset(OTHER);
    setPeriod((before) => ({ ...before, ...part }));
  };
  const send = async (reason: string) => {
    const asked = await tell<Completeness & { did: string }>('/completeness', { shop, ...period, reason });
    return asked.did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Check completeness"
      confirmLabel="Check"
      ready={shop !== '' && isPeriod(period)}
      onConfirm={send}
      what="Counts the orders that were created in these days, here and at Shopify. Days begin in the shop's time zone. Nothing is changed."
      extra={
        <>
          <TextInput
            label="Shop"
            placeholder="example.myshopify.com"
            required
            value={shop}
            onChange={(event) => setShop(event.currentTarget.value.trim())}
            maxLength={253}
          />
          <NativeSelect
            label="Period"
            value={preset}
            data={[...Object.keys(PERIODS), OTHER]}
            onChange={(event) => choose(event.currentTarget.value)}
          />
          <Group gap="xs" grow>
            <Day label="First day" value={period.from} onChange={(from) => change({ from })} />
            <Day label="Last day" value={period.to} onChange={(to) => change({ to })} />
          </Group>
        </>
      }
    />
  );
}

function periodOf(preset: string): Period | undefined {
  return PERIODS[preset]?.(new Date());
}

interface DayProps {
  label: string;
  value: string;
  onChange: (day: string) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <TextInput
      label={label}
      type="date"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
