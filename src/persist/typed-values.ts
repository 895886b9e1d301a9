import { mongo } from 'mongoose';
import { z } from 'zod';
import { amountOf } from '../order/decimal.ts';
import { isoOf } from '../order/instants.ts';
import { amountIn, decimal128Of } from './decimal128.ts';

/** Converts values between the rules and MongoDB, as the shape of a document says. Never throws. */
interface Codec {
  store: (value: unknown) => unknown;
  load: (value: unknown) => unknown;
}

const MONEY: Codec = {
  store: (value) => (typeof value === 'string' ? decimalOf(amountOf(value)) : value),
  load: (value) => {
    if (value instanceof mongo.Decimal128) return amountIn(value);
    return typeof value === 'string' ? amountOf(value) : value;
  },
};

const TIME: Codec = {
  store: (value) => (typeof value === 'string' ? dateOf(Date.parse(value)) : value),
  load: (value) => {
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'string' ? isoOf(value) : value;
  },
};

const MOMENT: Codec = {
  store: (value) => (typeof value === 'number' ? dateOf(value) : value),
  load: (value) => (value instanceof Date ? value.getTime() : value),
};

function decimalOf(amount: string | null): mongo.Decimal128 | null {
  return amount === null ? null : decimal128Of(amount);
}

function dateOf(ms: number): Date | null {
  return Number.isNaN(ms) ? null : new Date(ms);
}

/** Created once for a shape. Null: its values are stored as they are. */
export function codecOf(shape: z.core.$ZodType): Codec | null {
  if (shape instanceof z.ZodNullable || shape instanceof z.ZodOptional) return codecOf(shape.unwrap());
  if (shape instanceof z.ZodDate) return shape.meta()?.rules === 'ms' ? MOMENT : TIME;
  if (shape instanceof z.ZodCustom) return MONEY;
  if (shape instanceof z.ZodArray) return listCodec(codecOf(shape.element));
  return shape instanceof z.ZodObject ? objectCodec(shape.shape) : null;
}

function listCodec(item: Codec | null): Codec | null {
  const each = (convert: Codec['store']) => (value: unknown) =>
    Array.isArray(value) ? value.map((one) => convert(one)) : value;
  return item && { store: each(item.store), load: each(item.load) };
}

function objectCodec(shape: z.core.$ZodShape): Codec | null {
  const fields = Object.entries(shape).flatMap(([name, type]) => {
    const codec = codecOf(type);
    return codec ? [[name, codec] as const] : [];
  });
  if (fields.length === 0) return null;
  const convert = (way: keyof Codec) => (value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const converted: Record<string, unknown> = { ...value };
    for (const [name, codec] of fields)
      if (converted[name] !== undefined) converted[name] = codec[way](converted[name]);
    return converted;
  };
  return { store: convert('store'), load: convert('load') };
}
