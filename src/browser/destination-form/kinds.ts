import type { DestinationPut } from '../../operate/shapes/destinations.ts';

/** The kinds of destinations that the form has: all but handlers, whose settings are in their code. */
export type Kind = DestinationPut['kind'];
type SettingsOf<K extends Kind> = Extract<DestinationPut, { kind: K }>['settings'];

/** How a setting is typed: `lines` has one value on each line; an empty `optional` is null. */
export interface Setting {
  label: string;
  as: 'text' | 'optional' | 'long' | 'lines' | 'flag' | 'choice';
  /** What a new destination begins with; the API's default, if it has one. */
  begins: string | boolean;
  required?: true;
  hint?: string;
  example?: string;
  choices?: readonly string[];
}

const PLACES = '{type} stands for the topic with dots (orders.paid), {shop} for the shop';
const CA: Setting = {
  label: 'Certificate of your own authority',
  as: 'long',
  begins: '',
  hint: 'PEM; if empty, the server has a public one',
  example: '-----BEGIN CERTIFICATE-----',
};
const TLS: Setting = { label: 'Encrypted, with the certificate checked (TLS)', as: 'flag', begins: true };
const USER: Setting = { label: 'User', as: 'optional', begins: '', hint: 'If empty, without a user' };

const url = (example: string, hint = 'without a password'): Setting => ({
  label: 'Address',
  as: 'text',
  begins: '',
  required: true,
  hint,
  example,
});

/** The settings that only one kind has, in the sequence of the form. */
const SETTINGS: { [K in Exclude<Kind, 'http'>]: Record<keyof SettingsOf<K>, Setting> } = {
  postgres: {
    url: url('postgres://lockstep@db.example.com:5432/shop'),
    table: {
      label: 'Table',
      as: 'text',
      begins: 'lockstep_orders',
      hint: 'name or schema.name; it is made if it is missing',
    },
    tls: TLS,
    ca: CA,
  },
  rabbitmq: {
    url: url('amqps://lockstep@mq.example.com:5671/shop'),
    exchange: {
      label: 'Exchange',
      as: 'text',
      begins: '',
      hint: 'It must exist. If empty, the default one: the routing key is then the name of a queue',
    },
    routingKey: { label: 'Routing key', as: 'text', begins: '{type}', hint: PLACES },
    ca: CA,
  },
  nats: {
    url: url('tls://lockstep@nats.example.com:4222'),
    subject: {
      label: 'Subject',
      as: 'text',
      begins: '',
      required: true,
      hint: `A JetStream stream must take it. ${PLACES}`,
      example: 'orders.{type}',
    },
    ca: CA,
  },
  kafka: {
    brokers: {
      label: 'Brokers',
      as: 'lines',
      begins: '',
      required: true,
      hint: 'host:port, one on each line; they are asked for the others',
      example: 'kafka.example.com:9092',
    },
    topic: {
      label: 'Topic',
      as: 'text',
      begins: '',
      required: true,
      hint: `It must exist. ${PLACES}`,
      example: 'orders',
    },
    user: USER,
    mechanism: {
      label: 'How the user signs in (SASL)',
      as: 'choice',
      begins: 'scram-sha-512',
      choices: ['plain', 'scram-sha-256', 'scram-sha-512'] satisfies SettingsOf<'kafka'>['mechanism'][],
    },
    tls: TLS,
    ca: CA,
  },
  sqs: {
    url: url('https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo', 'of a FIFO queue'),
    region: { label: 'Region', as: 'text', begins: '', required: true, example: 'eu-central-1' },
    accessKeyId: { label: 'Access key id', as: 'text', begins: '', required: true },
    ca: CA,
  },
  slack: { ca: CA },
};

/** Of each kind: its name, and what its credentials are; null: it has none. */
export const KINDS = {
  http: { label: 'HTTP (signed webhooks)', credentials: null },
  postgres: { label: 'PostgreSQL', credentials: 'Password' },
  rabbitmq: { label: 'RabbitMQ', credentials: 'Password' },
  nats: { label: 'NATS JetStream', credentials: 'Password, token, or content of a credentials file' },
  kafka: { label: 'Kafka', credentials: 'Password' },
  sqs: { label: 'Amazon SQS (FIFO)', credentials: 'Secret access key' },
  slack: { label: 'Slack, Mattermost', credentials: 'Address of the incoming webhook' },
} as const satisfies Record<Kind, { label: string; credentials: string | null }>;

/** Slack takes one message a second from each webhook. */
export const RATES: Partial<Record<Kind, { rateMax: number; rateMs: number }>> = {
  slack: { rateMax: 1, rateMs: 1000 },
};

export type TypedSettings = Readonly<Record<string, string | boolean>>;

/** Its settings, by name. */
export function settingsOf(kind: Kind): readonly (readonly [name: string, setting: Setting])[] {
  return kind === 'http' ? [] : Object.entries<Setting>(SETTINGS[kind]);
}

/** How what is typed becomes a value of the API. Undefined: the API's default. */
const ASKED: Record<Setting['as'], (typed: string | boolean) => unknown> = {
  text: (typed) => String(typed).trim(),
  optional: (typed) => String(typed).trim() || null,
  long: (typed) => (String(typed).trim() === '' ? null : `${String(typed).trim()}\n`),
  lines: (typed) =>
    String(typed)
      .split(/[\s,]+/)
      .filter(Boolean),
  flag: Boolean,
  choice: String,
};

/** What is typed, as the API takes it; null for a kind without settings. */
export function askedSettings(kind: Kind, typed: TypedSettings): object | null {
  if (kind === 'http') return null;
  return Object.fromEntries(
    settingsOf(kind).map(([name, { as, begins }]) => [name, ASKED[as](typed[name] ?? begins)]),
  );
}

type Given = string | number | boolean | string[] | null | undefined;

/** The API's settings, as they are typed. Without settings, those of a new destination. */
export function typedSettings(kind: Kind, settings: object | null): TypedSettings {
  const given = (settings ?? {}) as Readonly<Record<string, Given>>;
  const typed = (name: string, begins: string | boolean) => {
    const value = given[name];
    if (value === undefined) return begins;
    if (typeof value === 'boolean') return value;
    return Array.isArray(value) ? value.join('\n') : String(value ?? '');
  };
  return Object.fromEntries(settingsOf(kind).map(([name, { begins }]) => [name, typed(name, begins)]));
}
