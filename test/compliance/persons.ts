/** Two persons with unique words, which can be found wherever they are stored. */
export const ADA = {
  id: 7_001_000_000_001,
  words: [
    'canary.ada@bird.example',
    'Zanzibarella',
    'Quetzalcoatlson',
    '+15550109876',
    '77 Nightingale Lane',
  ],
} as const;
export const BOB = {
  id: 7_002_000_000_002,
  words: ['canary.bob@bird.example', 'Wilhelmbob', 'Thistledown', '+15550201234', '9 Sparrow Street'],
} as const;
export type Person = typeof ADA | typeof BOB;

function wordsOf({ id, words: [email, first, last, phone, street] }: Person) {
  const address = { first_name: first, last_name: last, name: `${first} ${last}`, address1: street, phone };
  return {
    email,
    contact_email: email,
    phone,
    customer: { id, email, first_name: first, last_name: last, phone, default_address: address },
    billing_address: address,
    shipping_address: address,
    note: `for ${first}`,
  };
}

/** A whole order. */
export function orderBody(person: Person, orderId: number, more: object = {}): object {
  const { words } = person;
  return {
    id: orderId,
    admin_graphql_api_id: `gid://shopify/Order/${orderId}`,
    name: `#${orderId}`,
    updated_at: '2026-11-27T14:00:00Z',
    created_at: '2026-11-27T13:00:00Z',
    financial_status: 'paid',
    total_price: '19.00',
    currency: 'EUR',
    line_items: [{ id: 1, title: `engraved ${words[0]}`, quantity: 1, price: '19.00' }],
    ...wordsOf(person),
    ...more,
  };
}

/** A fulfillment: it has personal data, but no customer id. */
export function fulfillmentBody(person: Person, orderId: number, id = 5): object {
  const { email, shipping_address: destination } = wordsOf(person);
  return {
    id,
    order_id: orderId,
    status: 'success',
    email,
    destination,
    tracking_number: `TRACK-${person.words[2]}`,
    tracking_numbers: [`TRACK-${person.words[2]}`],
    updated_at: '2026-11-27T14:30:00Z',
    line_items: [{ id: 1, quantity: 1 }],
  };
}

export function redactBody(
  { id, words: [email, , , phone] }: Person,
  orders: number[],
  shop: string,
): object {
  return { shop_id: 954889, shop_domain: shop, customer: { id, email, phone }, orders_to_redact: orders };
}

export function requestBody(
  { id, words: [email, , , phone] }: Person,
  orders: number[],
  shop: string,
): object {
  const request = { orders_requested: orders, data_request: { id: 9999 } };
  return { shop_id: 954889, shop_domain: shop, customer: { id, email, phone }, ...request };
}

export function tracesOf({ words }: Person, text: string): string[] {
  return text.split('\n').filter((line) => words.some((word) => line.includes(word)));
}
