import { z } from 'zod';
import { KAFKA_MECHANISMS, type DestinationKind, type KindSettings } from '../../system/destination-kinds.ts';

/** The settings that only one kind of destination has. Addresses have no passwords: they appear in lists and logs. */

const HOST = /^(?:[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?|\[[0-9a-f:.]+\])$/i;

/** The address of a server. Options in its query could name files of this machine, so there are none. */
function serverUrl(protocols: readonly string[], path: RegExp, what: string) {
  return z
    .string()
    .max(2000)
    .refine(
      (text) => URL.parse(text)?.password === '',
      'must not have a password: it belongs in `credentials`',
    )
    .refine((text) => isServerUrl(text, protocols, path), `not an address like ${what}`);
}

function isServerUrl(text: string, protocols: readonly string[], path: RegExp): boolean {
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol) || !HOST.test(url.hostname)) return false;
  if (url.search !== '' || url.hash !== '') return false;
  return isDecodable(url.username) && isDecodable(url.pathname) && path.test(url.pathname);
}

function isDecodable(text: string): boolean {
  try {
    return !decodeURIComponent(text).includes('\0');
  } catch {
    return false;
  }
}

const ca = z
  .string()
  .max(100_000)
  .regex(/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\s*$/, 'not a certificate in PEM')
  .nullable()
  .default(null)
  .describe(
    'the certificate (PEM) of the authority that signed the certificate of the server; null: a public one',
  );
const tls = z
  .boolean()
  .default(true)
  .describe('whether the connection is encrypted, and the certificate of the server checked');

const table = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,62}(?:\.[a-z_][a-z0-9_]{0,62})?$/,
    'not a table: lower-case letters, digits and underscores, with its schema if needed',
  )
  .default('lockstep_orders')
  .describe('the table, `name` or `schema.name`; it is made if it is missing');

/** In AMQP, names are shorter than 256 bytes. */
const amqpName = z.string().refine((text) => Buffer.byteLength(text) <= 200, 'longer than 200 bytes');
const PLACES = '`{type}` in it stands for the topic with dots (`orders.paid`), `{shop}` for the shop';

/** `host:port` of a broker that is asked for the others. */
const broker = z
  .string()
  .max(300)
  .refine(isHostAndPort, 'not a broker like kafka.example.com:9092')
  .meta({ examples: ['kafka.example.com:9092'] });

function isHostAndPort(text: string): boolean {
  const [, host = '', port = ''] = /^(.+):([1-9][0-9]{0,4})$/.exec(text) ?? [];
  return HOST.test(host) && Number(port) < 65_536;
}

/** Of each kind that has settings. */
export const SETTINGS = {
  postgres: z.strictObject({
    url: serverUrl(['postgres:', 'postgresql:'], /^\/[^/]+$/, 'postgres://user@host:5432/database').meta({
      examples: ['postgres://lockstep@db.example.com/shop'],
    }),
    table,
    tls,
    ca,
  }),
  rabbitmq: z.strictObject({
    url: serverUrl(['amqp:', 'amqps:'], /^(?:\/[^/]*)?$/, 'amqps://user@host:5671/virtual-host').meta({
      examples: ['amqps://lockstep@mq.example.com/shop'],
    }),
    exchange: amqpName.describe(
      'an exchange that exists; empty: the default one, and the routing key is a queue',
    ),
    routingKey: amqpName.default('{type}').describe(PLACES),
    ca,
  }),
  nats: z.strictObject({
    url: serverUrl(['nats:', 'tls:'], /^\/?$/, 'tls://user@host:4222').meta({
      examples: ['tls://lockstep@nats.example.com:4222'],
    }),
    subject: z
      .string()
      .max(200)
      .regex(/^[^\s*>.]+(?:\.[^\s*>.]+)*$/, 'not a subject without wildcards')
      .describe(PLACES),
    ca,
  }),
  kafka: z.strictObject({
    brokers: z.array(broker).min(1).max(20).describe('asked for the other brokers; one of them is enough'),
    topic: z
      .string()
      .max(249)
      .regex(/^(?:[\w.-]|\{type\}|\{shop\})+$/, 'not a topic: letters, digits, dots, dashes, underscores')
      .describe(`a topic that exists; ${PLACES}`),
    user: z.string().min(1).max(1000).nullable().default(null).describe('null: the brokers ask for none'),
    mechanism: z.enum(KAFKA_MECHANISMS).default('scram-sha-512').describe('how the user signs in (SASL)'),
    tls,
    ca,
  }),
  sqs: z.strictObject({
    url: serverUrl(
      ['https:', 'http:'],
      /^\/.+\.fifo$/,
      'https://sqs.<region>.amazonaws.com/<account>/<name>.fifo',
    )
      .refine((text) => URL.parse(text)?.username === '', 'must not have a user')
      .meta({ examples: ['https://sqs.eu-central-1.amazonaws.com/123456789012/orders.fifo'] })
      .describe('of a FIFO queue: other queues do not keep the sequence'),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'not a region')
      .meta({ examples: ['eu-central-1'] }),
    accessKeyId: z.string().regex(/^\w{1,128}$/, 'not the id of an access key'),
    ca,
  }),
  slack: z.strictObject({ ca }),
} satisfies { [Kind in Exclude<DestinationKind, 'http' | 'handler'>]: z.ZodType<KindSettings[Kind]> };

/** What each kind's `credentials` are. */
export const CREDENTIALS: Record<keyof typeof SETTINGS, string> = {
  slack: 'the address of the webhook: anyone who has it can write to the channel',
  sqs: 'the secret access key',
  postgres: 'the password of the user',
  rabbitmq: 'the password of the user',
  nats: 'with a user in `url` the password; otherwise a token, or the content of a credentials file',
  kafka: 'the password of the user',
};
