import { isUndo, type Handler, type LogFields } from './handler.ts';
import { failureOf } from './failure.ts';
import type { RunHost, RunReport, RunRequest } from './protocol.ts';
import { shopifyOf } from './shopify-of.ts';
import { StepRun } from './step-run.ts';

/**
 * One run of a handler, from its first line. Steps that are kept return their results; the first one that is not kept
 * runs. To undo, the handler runs until it has named the function that undoes each kept step, and not further; then these
 * run in reverse sequence, and each is kept as undone.
 */
export async function runOnce(
  { name, run }: Pick<Handler, 'name' | 'run'>,
  request: RunRequest,
  host: RunHost,
): Promise<RunReport> {
  const steps = new StepRun(name, request, host);
  const { change, order } = request;
  const { signal } = host;
  const say =
    (level: 'info' | 'warn' | 'error') =>
    (text: string, fields: LogFields = {}) =>
      host.log(level, text, fields);
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const whole = async (): Promise<RunReport> => {
    try {
      await run({
        change,
        order,
        before: change.before,
        step: steps.step,
        sleepUntil: steps.sleepUntil,
        effect: steps.effect,
        shopify: shopifyOf(host),
        signal,
        log,
      });
      return { outcome: 'done', unreached: steps.unreached() };
    } catch (error) {
      if (isUndo(error)) return { outcome: 'undo', because: error.message.slice(0, LONGEST_REASON) };
      return {
        outcome: 'failed',
        because: failureOf(error, steps.failedIn(error)),
        unreached: steps.unreached(),
      };
    }
  };
  if (request.undoes && request.kept.every(({ canUndo }) => !canUndo)) return { outcome: 'undone' };
  const report = await Promise.race([whole(), steps.stopped]);
  await steps.settled();
  return request.undoes ? await steps.undo() : report;
}

/** Of an Undo. */
const LONGEST_REASON = 300;
