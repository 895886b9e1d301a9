import { Schema, type SchemaDefinition } from 'mongoose';
import { z } from 'zod';
import { ORDER_FIELDS } from './order-fields.ts';

const { Mixed, Decimal128 } = Schema.Types;

export const orderSchema: Schema = new Schema(definitionOf(ORDER_FIELDS), {
  collection: 'orders',
  versionKey: false,
  strict: true,
  minimize: false,
});

/** The mongoose types of a shape's fields: they convert the values in queries. */
function definitionOf({ shape }: z.ZodObject): SchemaDefinition {
  return Object.fromEntries(
    Object.entries(shape).map(([name, type]) => [name, typeOf(type)]),
  ) as SchemaDefinition;
}

function typeOf(type: z.core.$ZodType): unknown {
  if (type instanceof z.ZodNullable || type instanceof z.ZodOptional) return typeOf(type.unwrap());
  if (type instanceof z.ZodArray) return [typeOf(type.element)];
  if (type instanceof z.ZodString || type instanceof z.ZodEnum) return String;
  if (type instanceof z.ZodNumber) return Number;
  if (type instanceof z.ZodBoolean) return Boolean;
  if (type instanceof z.ZodDate) return Date;
  return type instanceof z.ZodCustom ? Decimal128 : Mixed;
}

// For lists: all orders, those of a shop, those with a status.
orderSchema.index({ createdAt: -1, _id: -1 });
orderSchema.index({ shop: 1, createdAt: -1, _id: -1 });
orderSchema.index({ status: 1, createdAt: -1, _id: -1 });
orderSchema.index({ shop: 1, status: 1, createdAt: -1, _id: -1 });
// What changed since a time.
orderSchema.index({ updatedAt: -1, _id: -1 });
orderSchema.index({ name: 1, _id: -1 });
orderSchema.index({ orderNumber: 1 });
orderSchema.index({ 'lines.sku': 1, createdAt: -1 });
orderSchema.index({ tags: 1, createdAt: -1 });
// Test orders, and orders with parked events, are few.
orderSchema.index({ test: 1, createdAt: -1 }, { partialFilterExpression: { test: true } });
// For reports: refunds of a period, of one shop or of all. These indexes contain only orders with refunds.
for (const shop of [{ shop: 1 }, {}] as const)
  orderSchema.index(
    { ...shop, 'refunds.processedAt': 1 },
    { partialFilterExpression: { 'refunds.processedAt': { $exists: true } } },
  );
orderSchema.index({ parkedEvents: 1 }, { partialFilterExpression: { parkedEvents: { $gt: 0 } } });
// To find an order by its id without its shop.
orderSchema.index({ orderId: 1 });
// To find, redact or export a customer's orders.
orderSchema.index({ customers: 1, shop: 1 });
// To find orders by e-mail address, in any case; only where bodies are stored in full.
orderSchema.index(
  { 'body.email': 1 },
  {
    collation: { locale: 'en', strength: 2 },
    partialFilterExpression: { 'bodySource.kept': 'full', 'body.email': { $exists: true } },
  },
);
