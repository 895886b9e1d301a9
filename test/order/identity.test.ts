import { describe, expect, test } from '@jest/globals';
import {
  asEventId,
  asOrderId,
  asShopDomain,
  asShopOrNone,
  orderKey,
  partsOf,
} from '../../src/order/identity.ts';
import { keyOf } from '../support/waiting-event.ts';

describe('a shop', () => {
  test.each([
    ['example.myshopify.com', 'example.myshopify.com'],
    ['Example.MyShopify.COM', 'example.myshopify.com'],
    ['a-b-1.myshopify.com', 'a-b-1.myshopify.com'],
  ])('%s is %s', (text, shop) => expect(asShopDomain(text)).toBe(shop));

  test.each([
    '',
    'example',
    '-a.com',
    'a-.com',
    'a..com',
    '.a.com',
    'a.com.',
    'a.com/b',
    'a.com:80',
    'a.com\n',
    'a b.com',
    '{a}.com',
    'ä.com',
    `${'a'.repeat(64)}.myshopify.com`,
    'example.com',
    'shop.example.com',
    'a.b.myshopify.com',
    'myshopify.com',
    '-a.myshopify.com',
    'a.myshopify.com.',
    'a.myshopify.com.evil.com',
    'a.myshopify.com\n',
    'a.myshopify.io',
    'no-shop.invalid',
  ])('%j is not a valid shop', (text) => expect(asShopDomain(text)).toBeNull());
});

test('the placeholder for no shop can be looked up, but is not a valid shop', () => {
  expect(asShopOrNone('No-Shop.invalid')).toBe('no-shop.invalid');
  expect(asShopOrNone('Example.myshopify.com')).toBe('example.myshopify.com');
  expect(asShopOrNone('other.invalid')).toBeNull();
});

describe('an order id', () => {
  test.each([
    [1, '1'],
    ['1', '1'],
    [5820193456789, '5820193456789'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['820982911946154508', '820982911946154508'],
    ['9999999999999999999', '9999999999999999999'],
  ])('%j is %s', (value, id) => expect(asOrderId(value)).toBe(id));

  test.each([
    0,
    -0,
    -1,
    1.5,
    1e30,
    2 ** 53,
    NaN,
    Infinity,
    '',
    '0',
    '01',
    '-1',
    '+1',
    '1.0',
    '1e3',
    ' 1',
    '1\n',
    'abc',
    '12345678901234567890',
    '١',
    null,
    undefined,
    true,
    {},
    [],
    [1],
    1n,
  ])('%p is not valid', (value) => expect(asOrderId(value)).toBeNull());
});

describe('an event id', () => {
  test('is 64 hex digits in lower case', () => {
    expect(asEventId('0f'.repeat(32))).toBe('0f'.repeat(32));
    for (const text of [
      '',
      '0F'.repeat(32),
      '0f'.repeat(31),
      '0f'.repeat(33),
      'g'.repeat(64),
      `${'0f'.repeat(32)}\n`,
    ])
      expect(asEventId(text)).toBeNull();
  });
});

describe('an order key', () => {
  test('contains its shop and its order', () => {
    expect(partsOf(keyOf('12', 'a.myshopify.com'))).toEqual({ shop: 'a.myshopify.com', orderId: '12' });
  });

  test('can also stand for no order', () => {
    const { shop } = partsOf(keyOf('12', 'a.myshopify.com'));
    expect(orderKey(shop, null)).toBe('a.myshopify.com/-');
    expect(partsOf(orderKey(shop, null))).toEqual({ shop, orderId: null });
  });
});
