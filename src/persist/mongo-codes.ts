/** Codes of MongoDB's errors. */
export const COLLECTION_EXISTS = 48;
/** For example, a hint that names no index. */
export const BAD_VALUE = 2;
/** The embedded engine has no collMod. */
export const COMMAND_NOT_FOUND = 59;
/** A query that took longer than its `maxTimeMS`. */
export const TIME_EXCEEDED = 50;
/** An index that already exists with other options. */
export const INDEX_OPTIONS_CONFLICT = 85;

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
