import { z } from 'zod';
import type { DestinationKind, KindSettings } from '../../system/destination-kinds.ts';

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
} satisfies { [Kind in Exclude<DestinationKind, 'http' | 'handler'>]: z.ZodType<KindSettings[Kind]> };

/** What each kind's `credentials` are. */
export const CREDENTIALS: Record<keyof typeof SETTINGS, string> = {
  postgres: 'the password of the user',
  rabbitmq: 'the password of the user',
  nats: 'with a user in `url` the password; otherwise a token, or the content of a credentials file',
};
