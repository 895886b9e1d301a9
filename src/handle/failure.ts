/** A mistake in a handler, or what it cannot have, in words that contain nothing from its data. */
export class HandlerMistake extends Error {
  override readonly name: string = 'HandlerMistake';
}

const NAME = /^[A-Z]\w{0,40}$/i;
const CODE = /^[A-Z][A-Z0-9_]{1,40}$/;
/** `…(file:///srv/handlers/reserve.ts:12:9)` */
const PLACE = /([^/\\()\s]+\.[cm]?[jt]s:\d+):\d+\)?$/;
const NOT_THEIRS = /node:|node_modules|[/\\](?:src|dist)[/\\]handle[/\\]/;

/**
 * What was thrown, and where. Its message may quote customer data, so it is shown only if it is ours.
 * @param during the step whose function threw it
 */
export function failureOf(error: unknown, during?: string): string {
  const where = during === undefined ? 'it' : `step "${during}"`;
  if (error instanceof HandlerMistake)
    return during === undefined ? error.message : `${where}: ${error.message}`;
  if (!(error instanceof Error)) return `${where} threw something that is not an error`;
  const { name, stack = '' } = error;
  const code = codesOf(error);
  const at = placeIn(stack);
  return `${where} threw ${NAME.test(name) ? name : 'an error'}${code}${at}`;
}

/** `fetch` has the code in the cause. */
function codesOf(error: Error): string {
  const codes = [error, error.cause].map((each) =>
    typeof each === 'object' && each !== null && 'code' in each ? each.code : null,
  );
  const code = codes.find((each) => typeof each === 'string' && CODE.test(each));
  return typeof code === 'string' ? ` (${code})` : '';
}

function placeIn(stack: string): string {
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line) && !NOT_THEIRS.test(line));
  const place = PLACE.exec(lines[0] ?? '')?.[1];
  return place === undefined ? '' : ` at ${place}`;
}
