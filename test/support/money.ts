import { mongo } from 'mongoose';

/** An amount as MongoDB stores it. */
export function money(amount: string): mongo.Decimal128 {
  return mongo.Decimal128.fromString(amount);
}
