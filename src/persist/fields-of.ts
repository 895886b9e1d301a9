/**
 * Compares the fields of a schema with those of its documents: the compiler refuses a field that only one of them has.
 * A field that the schema lacks would never reach MongoDB: `strict: true` drops it silently.
 */
export type FieldsOf<Document> = Record<keyof Document, unknown>;

/** The same for a subdocument, which has no `_id`. */
export type SubfieldsOf<Part> = FieldsOf<Part> & { _id: false };
