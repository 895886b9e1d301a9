import { createHmac, randomUUID } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';

/** Words that must occur nowhere but in a body's own bytes; each is of a different kind. */
export const CANARIES = {
  email: 'canary.mail@bird.example',
  name: 'Zanzibarella',
  surname: 'Quetzalcoatlson',
  phone: '+15550109876',
  street: '77 Nightingale Lane',
  note: 'please-ring-twice-at-the-aviary',
  token: 'shpat_0c0ffee0canary0token0',
  shopifySecret: 'canary-secret-of-the-app',
  previousSecret: 'canary-secret-before-it',
  jwtSecret: 'canary-jwt-secret-of-at-least-32-characters',
} as const;

export const SHOP = 'example.myshopify.com';
const { email, name, surname, phone, street, note, token, shopifySecret } = CANARIES;

/** Everything that a body may say about a person, and a token in every place that has one. */
const PERSONAL = {
  email,
  contact_email: email,
  phone,
  note,
  token,
  cart_token: token,
  checkout_token: token,
  order_status_url: `https://${SHOP}/1/orders/${token}/authenticate?key=${token}`,
  customer: { id: 7, email, first_name: name, last_name: surname, phone, note },
  billing_address: { name: `${name} ${surname}`, address1: street, phone },
  note_attributes: [{ name: note, value: email }],
  client_details: { browser_ip: phone },
  [email]: { [name]: surname },
};

export interface Planted {
  what: string;
  outcome: string;
  topic?: string;
  body: string;
  headers?: OutgoingHttpHeaders;
  path?: string;
}

const order = (id: unknown, more: object = {}) =>
  JSON.stringify({ id, name: '#1', updated_at: '2026-11-27T10:00:00Z', ...PERSONAL, ...more });
const part = (id: unknown, more: object = {}) =>
  JSON.stringify({ id: 5, order_id: id, ...PERSONAL, ...more });

/** Webhooks for every path through ingest and a drain, with canaries wherever a sender can write. */
export const PLANTED: Planted[] = [
  { what: 'a valid one', outcome: 'accepted', body: order(1) },
  { what: 'the same again', outcome: 'duplicate', body: order(1) },
  { what: 'a refund', outcome: 'accepted', topic: 'refunds/create', body: part(1) },
  { what: 'a transaction', outcome: 'accepted', topic: 'order_transactions/create', body: part(1) },
  { what: 'one to be damaged', outcome: 'accepted', body: order(2) },
  { what: 'a person as name', outcome: 'accepted', body: order(3, { name: { [name]: email } }) },
  { what: 'a person as line', outcome: 'accepted', body: order(3, { line_items: [{ id: email }] }) },
  { what: 'a person as list', outcome: 'accepted', body: order(3, { line_items: { [email]: name } }) },
  { what: 'a person as time', outcome: 'accepted', body: order(3, { updated_at: email }) },
  {
    what: 'another kind',
    outcome: 'accepted',
    body: order(3, { admin_graphql_api_id: `gid://shopify/Refund/${token}` }),
  },
  { what: 'a person as id', outcome: 'parked', body: order(email) },
  { what: 'a person as order id', outcome: 'parked', topic: 'refunds/create', body: part({ [email]: name }) },
  { what: 'half a JSON', outcome: 'accepted', body: `${order(4).slice(0, -1)},}` },
  { what: 'not JSON', outcome: 'parked', body: `{email=${email}&token=${token}}` },
  { what: 'not an object', outcome: 'forged', body: `email=${email}&token=${token}` },
  {
    what: 'an Event',
    outcome: 'ignored',
    topic: 'Order',
    body: JSON.stringify({ ...PERSONAL, topic: email, action: name }),
  },
  { what: 'not UTF-8', outcome: 'accepted', body: `{"id":4,"name":"${email}\xff"}` },
  { what: 'another topic', outcome: 'ignored', topic: 'customers/create', body: order(5) },
  { what: 'a topic that is a person', outcome: 'unreadable', topic: email, body: order(5) },
  { what: 'a topic that is a token', outcome: 'ignored', topic: `orders/${token}`, body: order(5) },
  {
    what: 'a shop that is a person',
    outcome: 'unreadable',
    body: order(5),
    headers: { 'x-shopify-shop-domain': email },
  },
  {
    what: 'ids that are persons',
    outcome: 'accepted',
    body: order(6),
    headers: { 'x-shopify-webhook-id': email, 'x-shopify-event-id': email, 'x-shopify-triggered-at': name },
  },
  {
    what: 'forged',
    outcome: 'forged',
    body: order(7),
    headers: { 'x-shopify-hmac-sha256': signed('another') },
  },
  {
    what: 'forged by a person',
    outcome: 'forged',
    body: order(7),
    headers: { 'x-shopify-hmac-sha256': token, 'x-shopify-shop-domain': email, 'x-shopify-topic': name },
  },
  { what: 'compressed', outcome: 'forged', body: order(7), headers: { 'content-encoding': 'gzip' } },
  {
    what: 'the secret itself',
    outcome: 'forged',
    body: order(7),
    headers: { 'x-shopify-hmac-sha256': shopifySecret },
  },
  { what: 'too large', outcome: 'too_large', body: order(7, { pad: email.repeat(10_000) }) },
  {
    what: 'a person as path',
    outcome: 'accepted',
    body: order(8),
    path: `/webhooks/${email}?token=${token}`,
  },
  {
    what: 'a person in an unknown path',
    outcome: 'not_found',
    body: order(8),
    path: `/${email}?token=${token}`,
  },
  { what: 'an invalid path', outcome: 'not_found', body: order(8), path: `/webhooks/%ff${email}` },
];

/** Sent after the others were drained: one that is too late, and one that meets a damaged order. */
export const PLANTED_LATER: Planted[] = [
  {
    what: 'an older one',
    outcome: 'accepted',
    topic: 'orders/updated',
    body: order(1, { updated_at: '2026-11-27T09:00:00Z' }),
  },
  { what: 'a dispute', outcome: 'accepted', topic: 'disputes/create', body: part(2, { reason: note }) },
];

function signed(body: string): string {
  return createHmac('sha256', shopifySecret).update(Buffer.from(body, 'latin1')).digest('base64');
}

/** The headers of a planted webhook, with canaries in some additional ones. */
export function headersOf({ topic = 'orders/create', body, headers }: Planted): OutgoingHttpHeaders {
  return {
    'x-shopify-topic': topic,
    'x-shopify-shop-domain': SHOP,
    'x-shopify-webhook-id': randomUUID(),
    'x-shopify-triggered-at': '2026-11-27T10:00:01.104512Z',
    'x-shopify-hmac-sha256': signed(body),
    'user-agent': email,
    authorization: `Bearer ${token}`,
    cookie: `session=${token}`,
    referer: `https://${name}.example/${token}`,
    ...headers,
  };
}

/** Which canaries occur in a text. */
export function canariesIn(text: string): string[] {
  const lower = text.toLowerCase();
  return Object.entries(CANARIES).flatMap(([kind, word]) =>
    lower.includes(word.toLowerCase()) ? [kind] : [],
  );
}
