/**
 * The fields of a schema, held to those of its documents: the compiler refuses a field that only one of the two has.
 * MongoDB would never get a field that is missing in the schema: `strict: true` drops it silently.
 */
export type FieldsOf<Document> = Record<keyof Document, unknown>;

/** The same for a subdocument, which has no `_id`. */
export type SubfieldsOf<Part> = FieldsOf<Part> & { _id: false };
