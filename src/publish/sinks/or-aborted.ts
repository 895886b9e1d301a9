/**
 * Waits for work, but not longer than a signal allows. Work of client libraries cannot always be aborted: what it
 * yields later is handed to `late`, to be given back.
 * @throws the signal's reason
 */
export async function orAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
  late: (result: Result) => void = () => undefined,
): Promise<Result> {
  let isOver = false;
  work.then((result) => (isOver ? late(result) : undefined)).catch(() => undefined);
  let stop = () => undefined as void;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
