import { Button, FileInput, Group, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BodyLookedUp, DedupeClaim } from '../../operate/shapes/dedupe.ts';
import type { ApiProblem } from '../client/api-problem.ts';
import { tell } from '../client/api.ts';
import { several } from '../text/figures.ts';
import { EventLink } from '../text/order-link.tsx';
import { Plain } from '../text/plain.tsx';
import { Problem } from '../components/problem.tsx';
import { Found } from './claims.tsx';

interface Form {
  shop: string;
  topic: string;
  triggeredAt: string;
  text: string;
  file: File | null;
}

const NOTHING: Form = { shop: '', topic: '', triggeredAt: '', text: '', file: null };

/**
 * Looks up keys by the bytes of a body. The server hashes them and does not store them, so they are not in the
 * URL either. A file is sent byte for byte; text that an editor has reformatted has a different hash.
 */
export function BodyLookup({ release }: { release: (claim: DedupeClaim) => void }) {
  const [form, setForm] = useState(NOTHING);
  const [asked, setAsked] = useState<{ form: Form; number: number } | null>(null);
  // Keyed by the number of the click: it runs again after a release, and its key contains no body.
  const { error, data, isFetching } = useQuery<BodyLookedUp, ApiProblem>({
    queryKey: ['/dedupe/lookup', asked?.number],
    queryFn: async () => await tell<BodyLookedUp>('/dedupe/lookup', await bodyOf(asked?.form ?? NOTHING)),
    enabled: asked !== null,
    gcTime: 0,
  });
  return (
    <Stack gap="sm">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ form, number: (asked?.number ?? 0) + 1 });
        }}
      >
        <Fields form={form} onChange={(changed) => setForm({ ...form, ...changed })} looking={isFetching} />
      </form>
      {error && <Problem problem={error} />}
      {data && !error && <Answer answer={data} release={release} />}
    </Stack>
  );
}

async function bodyOf({ shop, topic, triggeredAt, text, file }: Form) {
  return {
    shop: shop.trim(),
    ...(topic.trim() !== '' && { topic: topic.trim() }),
    ...(triggeredAt.trim() !== '' && { triggeredAt: triggeredAt.trim() }),
    ...(file ? { bodyBase64: await base64Of(file) } : { body: text }),
  };
}

interface FieldsProps {
  form: Form;
  onChange: (changed: Partial<Form>) => void;
  looking: boolean;
}

function Fields({ form, onChange, looking }: FieldsProps) {
  const ready = form.shop.trim() !== '' && (form.text !== '' || form.file !== null);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Typed
          label="Shop"
          needed
          placeholder="name.myshopify.com"
          value={form.shop}
          onChange={(shop) => onChange({ shop })}
        />
        <Typed
          label="Topic"
          placeholder="all topics"
          value={form.topic}
          onChange={(topic) => onChange({ topic })}
        />
        <Typed
          label="Triggered at"
          placeholder="X-Shopify-Triggered-At"
          value={form.triggeredAt}
          onChange={(triggeredAt) => onChange({ triggeredAt })}
        />
      </SimpleGrid>
      <Textarea
        label="Body"
        description="Byte for byte as sent: one extra space makes it a different event."
        autosize
        minRows={4}
        maxRows={12}
        spellCheck={false}
        value={form.text}
        disabled={form.file !== null}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <Group align="flex-end">
        <FileInput
          label="Or a file"
          placeholder="choose a file"
          clearable
          value={form.file}
          onChange={(file) => onChange({ file })}
          w={240}
        />
        <Button type="submit" disabled={!ready} loading={looking}>
          Look up
        </Button>
      </Group>
    </Stack>
  );
}

interface TypedProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  needed?: boolean;
}

function Typed({ label, placeholder, value, onChange, needed = false }: TypedProps) {
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      required={needed}
      maxLength={300}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface AnswerProps {
  answer: BodyLookedUp;
  release: (claim: DedupeClaim) => void;
}

function Answer({ answer: { claims, looked, hashes }, release }: AnswerProps) {
  return (
    <>
      <Found claims={claims} looked={looked} release={release} />
      <details>
        <summary>
          <Text span size="sm">
            {several(hashes.length, 'possible hash', 'possible hashes')}
          </Text>
        </summary>
        <Stack component="ul" gap={2} m={0} mt="xs">
          {hashes.map(({ topic, event }) => (
            <li key={event}>
              <Plain text={topic} max={80} /> <EventLink event={event} />
            </li>
          ))}
        </Stack>
      </details>
    </>
  );
}

/** The part of a data: URL after the comma. */
async function base64Of(file: File): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error('the file could not be read')));
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(',') + 1);
}
