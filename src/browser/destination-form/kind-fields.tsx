import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Draft, FieldsProps } from './destination-draft.ts';
import { KINDS, settingsOf, type Setting } from './kinds.ts';
import { textField } from './text-field.ts';

interface SettingProps {
  setting: Setting;
  value: string | boolean;
  error: string | undefined;
  onType: (value: string | boolean) => void;
}

/** The settings of the chosen kind, and its credentials. */
export function KindFields(props: FieldsProps) {
  const { draft, set, problem } = props;
  return (
    <>
      {settingsOf(draft.kind).map(([name, setting]) => {
        const Input = INPUTS[setting.as];
        return (
          <Input
            key={`${draft.kind} ${name}`}
            setting={setting}
            value={draft.settings[name] ?? setting.begins}
            error={problem(`settings/${name}`, ({ settings }) => settings[name])}
            onType={(value) => set({ settings: { ...draft.settings, [name]: value } })}
          />
        );
      })}
      {KINDS[draft.kind].credentials !== null && <Credentials {...props} />}
    </>
  );
}

const INPUTS: Record<Setting['as'], (props: SettingProps) => ReactNode> = {
  text: Line,
  optional: Line,
  long: Area,
  lines: Area,
  flag: Flag,
  choice: Choice,
};

function textProps({ setting, value, error }: SettingProps) {
  const { label, hint, example, required } = setting;
  return {
    label,
    description: hint,
    placeholder: example,
    required: required === true,
    autoComplete: 'off',
    error,
    value: String(value),
  };
}

function Line(props: SettingProps) {
  return (
    <TextInput
      {...textProps(props)}
      maxLength={2000}
      onChange={(event) => props.onType(event.currentTarget.value)}
    />
  );
}

function Area(props: SettingProps) {
  return (
    <Textarea
      {...textProps(props)}
      autosize
      maxRows={6}
      maxLength={100_000}
      onChange={(event) => props.onType(event.currentTarget.value)}
    />
  );
}

function Flag({ setting, value, error, onType }: SettingProps) {
  return (
    <Checkbox
      label={setting.label}
      checked={value === true}
      error={error}
      onChange={(event) => onType(event.currentTarget.checked)}
    />
  );
}

function Choice({ setting, value, error, onType }: SettingProps) {
  return (
    <NativeSelect
      label={setting.label}
      data={[...(setting.choices ?? [])]}
      error={error}
      value={String(value)}
      onChange={(event) => onType(event.currentTarget.value)}
    />
  );
}

/** Not shown while they are typed: screens are shared. A credentials file has several lines. */
function Credentials(props: FieldsProps) {
  const { draft, set } = props;
  return (
    <>
      <Textarea
        classNames={{ input: 'secret-text' }}
        label={KINDS[draft.kind].credentials}
        description={credentialsHint(draft)}
        autosize
        maxRows={4}
        maxLength={16_384}
        autoComplete="off"
        spellCheck={false}
        disabled={draft.dropsCredentials}
        {...textField(props, 'credentials')}
      />
      {draft.hasCredentials && (
        <Checkbox
          label="Remove what it has"
          checked={draft.dropsCredentials}
          onChange={(event) => set({ dropsCredentials: event.currentTarget.checked, credentials: '' })}
        />
      )}
    </>
  );
}

function credentialsHint({ hasCredentials }: Draft): string {
  return hasCredentials
    ? 'If empty, it keeps what it has; needed if its settings change'
    : 'Encrypted, and never shown again';
}
