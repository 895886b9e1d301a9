/**
 * Conditions for MongoDB on the given fields. If a field has several values, any of them matches. Every value is a
 * checked string, so nothing in a request can become a MongoDB operator.
 */
export function equals(
  fields: Record<string, string | readonly string[] | undefined>,
): Record<string, { $eq: string } | { $in: string[] }> {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
  return Object.fromEntries(
    given.map(({ name, value }) => [name, typeof value === 'string' ? { $eq: value } : { $in: [...value] }]),
  );
}
