/** A body may have fields such as `constructor`, which every object inherits. */
export function ownOf<Value>(
  from: Readonly<Record<string, Value>> | undefined,
  field: string,
): Value | undefined {
  return from && Object.hasOwn(from, field) ? from[field] : undefined;
}
