import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';

/** What a worker thread is asked: both are JSON text. Without data, only the schema is checked. */
export interface DataQuestion {
  schema: string;
  data: string | null;
}

/** Where data does not fit its schema: a JSON Pointer, and why. */
export interface DataProblem {
  path: string;
  detail: string;
}

export type DataChecked = { problems: DataProblem[] } | { schemaProblem: string };

/** More would not help. */
const MOST_PROBLEMS = 20;
const LONGEST_DETAIL = 200;
/** Schemas that were compiled recently. */
const KEPT = 100;
const compiled = new Map<string, ValidateFunction>();

const OPTIONS: Options = {
  allErrors: true,
  // Unknown keywords and formats are mistakes. The rest of ajv's strict mode is a matter of style.
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  // `constructor` and `__proto__` are ordinary keys.
  ownProperties: true,
  logger: false,
};
const DRAFT_7 = /^https?:\/\/json-schema\.org\/draft-07\//;

/** Runs in a worker thread (data-schemas.ts): a check that never ends is ended with its thread. */
export function checkData({ schema, data }: DataQuestion): DataChecked {
  let validate: ValidateFunction;
  try {
    validate = validatorOf(schema);
  } catch (error) {
    return { schemaProblem: shortened(error instanceof Error ? error.message : 'it cannot be compiled') };
  }
  if (data === null || validate(JSON.parse(data))) return { problems: [] };
  return { problems: (validate.errors ?? []).slice(0, MOST_PROBLEMS).map(problemOf) };
}

/** @throws Error in words. A schema at another address is never fetched, so a reference to one cannot be resolved. */
function validatorOf(text: string): ValidateFunction {
  const known = compiled.get(text);
  if (known) return known;
  const schema = JSON.parse(text) as AnySchemaObject;
  if (schema.$async !== undefined) throw new Error('$async is not allowed');
  const ajv = DRAFT_7.test(String(schema.$schema)) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  ajvFormats.default(ajv);
  const made = ajv.compile(schema);
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(text, made);
  return made;
}

/** Ajv's messages name parts of the schema, and keys of the data, but none of its values. */
function problemOf({ instancePath, message = 'does not fit', params }: ErrorObject): DataProblem {
  const { additionalProperty, unevaluatedProperty } = params as Record<string, unknown>;
  const key = additionalProperty ?? unevaluatedProperty;
  const named = typeof key === 'string' ? `: ${JSON.stringify(key)}` : '';
  return { path: shortened(instancePath), detail: shortened(message + named) };
}

function shortened(text: string): string {
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
}
