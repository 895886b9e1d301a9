import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ORDER_FIELDS } from '../../src/orders.ts';
import { validate } from '../../src/persist/order-validator.ts';
import { openInProcess, type Inside } from '../support/in-process.ts';

describe('the validator of orders', () => {
  let inside: Inside;
  beforeAll(async () => {
    inside = await openInProcess();
  });
  afterAll(() => inside.close());

  test('is the shape of the documents, only warns, and may be set again', async () => {
    const { orders } = inside.collections;
    await validate(orders, ORDER_FIELDS);
    const [known] = await orders.db.db!.listCollections({ name: 'orders' }, { nameOnly: false }).toArray();
    expect(known).toMatchObject({ options: { validationAction: 'warn' } });
    const validator = known?.options?.validator as {
      $jsonSchema: Record<'properties' | 'required', unknown>;
    };
    const { properties, required } = validator.$jsonSchema;
    expect(properties).toMatchObject({
      totalPrice: { bsonType: ['decimal', 'null'] },
      createdAt: { bsonType: ['date', 'null'] },
      tags: { bsonType: 'array', items: { bsonType: 'string' } },
      lines: { items: { properties: { sku: { bsonType: ['string', 'null'] } } } },
    });
    expect(required).toContain('totalPrice');
    expect(required).not.toContain('body');
    await orders.collection.insertOne({ _id: 'x' as never, totalPrice: 'text' });
    expect(await orders.countDocuments({ _id: 'x' })).toBe(1);
  });
});
