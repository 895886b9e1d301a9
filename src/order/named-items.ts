const GID = /^gid:\/\/shopify\/[A-Za-z]+\/([1-9]\d{0,18})(?:\?|$)/;

/**
 * Items that can be identified by one of the keys, or by their GraphQL id, which is then used as `id`.
 * Undefined if an object in the list cannot be identified. Other values are left for the schema to reject.
 */
export function namedItems(items: unknown[], keys: readonly string[]): unknown[] | undefined {
  const named = items.map((item) => (isObject(item) ? nameOf(item, keys) : item));
  return named.includes(undefined) ? undefined : named;
}

function nameOf(item: Readonly<Record<string, unknown>>, keys: readonly string[]): object | undefined {
  if (keys.some((key) => item[key] !== undefined)) return item;
  const gid = item.admin_graphql_api_id;
  const id = typeof gid === 'string' ? GID.exec(gid)?.[1] : undefined;
  return id === undefined ? undefined : { ...item, id };
}

function isObject(item: unknown): item is Readonly<Record<string, unknown>> {
  return typeof item === 'object' && item !== null && !Array.isArray(item);
}

/** A note for each list that the body has but that was not read, because items have no id. */
export function unnamedLists(value: unknown, body: object, lists: readonly string[]): string[] {
  const isUnnamed = (list: string) =>
    isObject(value) && value[list] !== undefined && (body as Record<string, unknown>)[list] === undefined;
  return lists.filter(isUnnamed).map((list) => `could not read ${list}: some items have no id`);
}
