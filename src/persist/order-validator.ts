import { isDeepStrictEqual } from 'node:util';
import type { Model, mongo } from 'mongoose';
import { z } from 'zod';
import { codeOf, COLLECTION_EXISTS, COMMAND_NOT_FOUND } from './mongo-codes.ts';

/** A shape as MongoDB's `$jsonSchema`: the types of fields, for a collection's validator. */
function bsonSchemaOf(shape: z.core.$ZodType): object {
  if (shape instanceof z.ZodOptional) return bsonSchemaOf(shape.unwrap());
  if (shape instanceof z.ZodNullable) return orNull(bsonSchemaOf(shape.unwrap()));
  if (shape instanceof z.ZodObject) return objectSchema(shape);
  if (shape instanceof z.ZodArray) return { bsonType: 'array', items: bsonSchemaOf(shape.element) };
  const simple = SIMPLE.find(([kind]) => shape instanceof kind);
  return simple ? { bsonType: simple[1] } : {};
}

const SIMPLE = [
  [z.ZodString, 'string'],
  [z.ZodEnum, 'string'],
  [z.ZodNumber, 'number'],
  [z.ZodBoolean, 'bool'],
  [z.ZodDate, 'date'],
  [z.ZodCustom, 'decimal'],
  [z.ZodRecord, 'object'],
] as const;

function objectSchema({ shape }: z.ZodObject): object {
  const fields = Object.entries(shape);
  const required = fields.filter(([, type]) => !(type instanceof z.ZodOptional)).map(([name]) => name);
  return {
    bsonType: 'object',
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(fields.map(([name, type]) => [name, bsonSchemaOf(type)])),
  };
}

function orNull(schema: object): object {
  return 'bsonType' in schema ? { ...schema, bsonType: [schema.bsonType, 'null'] } : schema;
}

/**
 * Creates the collection with this shape as its validator, or adds it to the existing collection. MongoDB then logs a
 * document of another shape (`warn`), and still stores it: a commit never fails because of it.
 */
export async function validate<Stored>(
  { db: { db }, collection }: Model<Stored>,
  shape: z.ZodObject,
): Promise<void> {
  if (!db) throw new Error('not connected to MongoDB');
  const name = collection.collectionName;
  const validator = { $jsonSchema: bsonSchemaOf(shape) };
  try {
    await db.createCollection(name, { validator, ...WARN });
  } catch (error) {
    if (codeOf(error) !== COLLECTION_EXISTS) throw error;
    await replaceValidator(db, name, validator);
  }
}

const WARN = { validationAction: 'warn' } as const;

/** Only if it differs: the command stops all writes to the collection for a moment. */
async function replaceValidator(db: mongo.Db, name: string, validator: mongo.Document): Promise<void> {
  const [known] = await db.listCollections({ name }, { nameOnly: false }).toArray();
  if (isDeepStrictEqual(known?.options?.validator, validator)) return;
  try {
    await db.command({ collMod: name, validator, ...WARN });
  } catch (error) {
    if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
  }
}
