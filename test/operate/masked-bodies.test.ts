import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { masked } from '../../src/order/mask.ts';

const mask = (body: string) => masked(Buffer.from(body));
const M = '"(masked)"';

describe('customer data in a body', () => {
  test.each([
    ['{"email":"ada@example.com","id":1}', `{"email":${M},"id":1}`],
    [
      '{"contact_email":null,"Phone":49,"FIRST-NAME":"A"}',
      `{"contact_email":null,"Phone":${M},"FIRST-NAME":${M}}`,
    ],
    [
      '{"name":"#1001","line_items":[{"name":"A shirt","title":"T"}]}',
      '{"name":"#1001","line_items":[{"name":"A shirt","title":"T"}]}',
    ],
    [
      '{"customer":{"id":7,"name":"Ada","tags":"vip","verified_email":true,"orders_count":3,"default_address":{"id":9,"name":"x","country":"DE"}}}',
      `{"customer":{"id":7,"name":${M},"tags":${M},"verified_email":true,"orders_count":${M},"default_address":{"id":9,"name":${M},"country":${M}}}}`,
    ],
    [
      '{"billing_address":{"zip":"1","latitude":52.5,"country_code":"DE"},"currency":"EUR"}',
      `{"billing_address":{"zip":${M},"latitude":${M},"country_code":${M}},"currency":"EUR"}`,
    ],
    [
      '{"note":"ring twice","note_attributes":[{"name":"gift","value":"Bob"}],"client_details":{"browser_ip":"1.2.3.4"}}',
      `{"note":${M},"note_attributes":[{"name":${M},"value":${M}}],"client_details":{"browser_ip":${M}}}`,
    ],
    ['{"tags":"send to bob@example.com please"}', `{"tags":${M}}`],
    ['{"tags":"bob\\u0040example.com"}', `{"tags":${M}}`],
    ['{"bob@example.com":1}', `{${M}:${M}}`],
    ['{"bob@example.com":{"a":["Bob"]}}', `{${M}:{"a":[${M}]}}`],
    ['["a@b.c",["d"],{"x":"e@f.g"}]', `[${M},["d"],{"x":${M}}]`],
    ['"a@b.c"', M],
    ['{"\\u0065mail":"hidden"}', `{"\\u0065mail":${M}}`],
    [
      '{"__proto__":{"email":"x"},"constructor":{"phone":"1"}}',
      `{"__proto__":{"email":${M}},"constructor":{"phone":${M}}}`,
    ],
    [
      '{"customer":{"id":"ada@example.com","admin_graphql_api_id":"gid://shopify/Customer/7"}}',
      `{"customer":{"id":${M},"admin_graphql_api_id":"gid://shopify/Customer/7"}}`,
    ],
    ['{"customer":{"user_id":"Ada Lovelace"}}', `{"customer":{"user_id":${M}}}`],
    ['{"email":["a",{"b":"c"}],"email":"twice"}', `{"email":[${M},{"b":${M}}],"email":${M}}`],
    ['{"email":"a\\"b\\\\"}', `{"email":${M}}`],
    [
      '{"admin_graphql_api_id":"gid://shopify/Order/1","test":false}',
      '{"admin_graphql_api_id":"gid://shopify/Order/1","test":false}',
    ],
    ['{}', '{}'],
    [' [ ] ', ' [ ] '],
    ['{"a":"x @ y, 2@3"}', '{"a":"x @ y, 2@3"}'],
  ])('%s', (body, shown) => {
    expect(mask(body)).toBe(shown);
    expect(() => JSON.parse(shown) as unknown).not.toThrow();
  });

  test.each([
    '"return_line_items":[{"return_reason_note":"call 555-1234"}]',
    '"customer_note":"call 555-1234"',
    '"tax_id":"12345678901"',
    '"taxId":12345678901',
    '"TAX-ID":"12345678901"',
    '"national_id":"850101123456"',
    '"customer":{"tax_id":"12345678901","national_id":"850101123456"}',
    '"line_items":[{"destination_location":{"name":"Ada Lovelace"},"origin_location":{"name":"12 Mill Lane"}}]',
    '"gift_message":"love, Ada"',
    '"customer_message":"x"',
    '"phone_number":"1"',
    '"recipient_name":"Ada"',
    '"recipient":{"name":"Ada"}',
    '"cardholder_name":"Ada"',
    '"payer_name":"Ada"',
    '"billing_name":"Ada"',
    '"last4":"4242"',
    '"street":"12 Mill Lane"',
    '"dob":"1985-01-01"',
    '"date_of_birth":"1985-01-01"',
    '"tags":"vip, Ada"',
    '"staff_note":"x"',
    '"middleName":"x"',
    '"reservation_token":"x"',
  ])('is found under each of its names: %s', (members) => {
    const shown = mask(`{${members}}`) ?? '';
    expect(shown).toContain('(masked)');
    const left = JSON.stringify(JSON.parse(shown), (_key, value: unknown) =>
      value === '(masked)' ? undefined : value,
    );
    expect(left).not.toMatch(/Ada|Lane|\d{4}|"x"|"1"/);
  });

  test.each([
    '"name":"#1001","line_items":[{"name":"A shirt","title":"A shirt","variant_title":"Red","vendor":"Apple","sku":"S-1"}]',
    '"product_name":"A shirt","source_name":"web","payment_gateway_names":["visa"],"payment_terms_name":"Net 7"',
    '"shipping_lines":[{"title":"Standard","code":"STD","price":"10.00"}],"discount_codes":[{"code":"TEN"}]',
    '"discount_allocations":[{"amount":"5.00"}],"discount_applications":[{"title":"Ten off"}]',
    '"order_id":1,"product_id":2,"variant_id":"3","line_item_id":4,"location_id":5,"origin_location_id":6,"app_id":7',
    '"payment_id":"#1001.1","parent_id":8,"user_id":9,"device_id":1,"orderId":2,"id":3,"customer_id":4',
    '"return_reason":"size_too_small","cancel_reason":"customer","status":"open","paid":"1"',
    '"customer":{"id":7,"admin_graphql_api_id":"gid://shopify/Customer/7","default_address":{"id":8,"customer_id":7}}',
    '"order":{"unusual_id":"gid://shopify/Thing/1"},"total_price":"1.00","confirmation_number":"X"',
  ])('does not include what operators need: %s', (members) => {
    expect(mask(`{${members}}`)).toBe(`{${members}}`);
  });

  test('other data stays as it was sent: white space, exact numbers, scripts, marks that change text direction', () => {
    const body =
      '\n{ "id" : 820982911946154508123,\t"total":1.0e2, "title":"<script>alert(1)</script>\u202e"}\r\n';
    expect(mask(body)).toBe(body);
  });

  test.each([
    ['not JSON', Buffer.from('email=ada@example.com')],
    ['half of it', Buffer.from('{"email":"ada@exam')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['nothing', Buffer.alloc(0)],
  ])('%s: nothing is shown', (_name, body) => {
    expect(masked(body)).toBeNull();
  });

  test('a thousand levels, and a hundred thousand, with a person at the end', () => {
    for (const levels of [1000, 100_000]) {
      const [open, close] = ['{"a":['.repeat(levels), ']}'.repeat(levels)];
      expect(mask(`${open}{"phone":"1"}${close}`)).toBe(`${open}{"phone":${M}}${close}`);
      expect(mask(`{"customer":${open}"x"${close}}`)).toBe(`{"customer":${open}${M}${close}}`);
    }
  });

  test.each([
    ['a string of 1 MB', JSON.stringify({ title: 'x'.repeat(1_000_000) })],
    ['5 MB of numbers', `[${'0,'.repeat(2_500_000)}0]`],
    ['signs of e-mail without end', JSON.stringify({ title: 'a@'.repeat(500_000) })],
    ['one sign and no end', JSON.stringify({ title: `a@${'b'.repeat(1_000_000)}` })],
    ['escapes', JSON.stringify({ title: '\\"\u0001'.repeat(200_000) })],
    ['keys', `{${'"phone":1,'.repeat(300_000)}"a":1}`],
  ])('%s: ends in time', (_name, body) => {
    expect(mask(body)).not.toBeNull();
  });
});

const FIXTURES = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures');

/** Shopify's samples: whole bodies of orders and of their parts. */
const given = existsSync(FIXTURES);
(given ? describe : describe.skip)("Shopify's own samples, masked", () => {
  const PEOPLE = /Steve|Shipper|Biller|Norman|Jon Snow|Elm St|MacLaren|Shippington|K2P0|@|555-|203\.0\.113/i;
  const samples = ['docs', 'lifecycle'].flatMap((folder) =>
    (given ? readdirSync(path.join(FIXTURES, folder)) : ['orders: none is here'])
      .filter((file) => /^(\d\d__)?(orders|order_|refunds|fulfillments|returns|draft_)/.test(file))
      .map((file) => path.join(folder, file)),
  );
  /** `line_items.0.sku: …` for every scalar. */
  const scalars = (value: unknown, at = ''): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, each]) => scalars(each, `${at}.${key}`))
      : [[at, value]];

  test('name people', () => {
    const naming = samples.filter((file) => PEOPLE.test(readFileSync(path.join(FIXTURES, file), 'utf8')));
    expect(naming.length).toBeGreaterThan(10);
  });

  test.each(samples)('%s names no person, and still says what happened', (file) => {
    const body = readFileSync(path.join(FIXTURES, file));
    const shown = masked(body) ?? '';
    expect(scalars(JSON.parse(shown)).filter(([, value]) => PEOPLE.test(String(value)))).toEqual([]);
    const needed = (text: string) => scalars(JSON.parse(text)).filter(([at]) => NEEDED.test(at));
    expect(needed(shown)).toEqual(needed(body.toString()));
  });

  const NEEDED =
    /^\.(name|status|currency|financial_status|.*_at|total_price)$|(?<!address|customer)\.(id|\w+_id|sku|title|price|quantity|amount|kind|gateway)$/;
});
