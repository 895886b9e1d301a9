/**
 * Conditions for MongoDB on the given fields. Every value is a checked string, so nothing in a request can become a
 * MongoDB operator.
 */
export function equals(fields: Record<string, string | undefined>): Record<string, { $eq: string }> {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, { $eq: value }]));
}
