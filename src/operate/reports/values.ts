/** Expressions for MongoDB that a damaged document cannot break: a value of the wrong type counts as 0, none or empty. */
export type Expression = string | number | null | boolean | { readonly [name: string]: unknown };

const LARGEST = 1e24;

/** A number that is not NaN. Values of other types are all below or above the numbers. */
export function isNumber(value: Expression): Expression {
  return { $and: [{ $gte: [value, -LARGEST] }, { $lte: [value, LARGEST] }] };
}

export function amount(value: Expression, otherwise: Expression = 0): Expression {
  return { $cond: [isNumber(value), value, otherwise] };
}

export function list(value: Expression): Expression {
  return { $cond: [{ $isArray: value }, value, []] };
}

/** Null for an empty text. */
export function text(value: Expression): Expression {
  return { $cond: [{ $and: [{ $eq: [{ $type: value }, 'string'] }, { $ne: [value, ''] }] }, value, null] };
}

export function minus(from: Expression, ...parts: Expression[]): Expression {
  return { $subtract: [from, { $add: parts }] };
}

export function when(condition: Expression, value: Expression, otherwise: Expression = 0): Expression {
  return { $cond: [condition, value, otherwise] };
}

/** The sum of an expression over the items of a list, as `$$each`. */
export function sumOver(items: Expression, value: Expression): Expression {
  return { $sum: { $map: { input: items, as: 'each', in: value } } };
}

/** @param format in the syntax of $dateToString; weeks are ISO weeks */
export function dateText(value: Expression, format: string, timezone: string): Expression {
  const isDate = { $eq: [{ $type: value }, 'date'] };
  return { $cond: [isDate, { $dateToString: { date: value, format, timezone } }, null] };
}
