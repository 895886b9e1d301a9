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
    ['{"bob@example.com":1}', `{${M}:1}`],
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

  test('what is not customer data stands as it came: space, exact numbers, script, marks that turn text', () => {
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

  test('a thousand levels, and a hundred thousand, with somebody at the end', () => {
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
  ])('%s: done within two seconds', (_name, body) => {
    const began = performance.now();
    expect(mask(body)).not.toBeNull();
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
