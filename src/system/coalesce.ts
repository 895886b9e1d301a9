/**
 * Turns many single questions into few large ones: what is asked in one turn of the event loop, or while
 * as many round trips are under way as may be, goes together into the next. No timer: an idle caller waits
 * for nothing, a busy one shares.
 * @param ask answers a batch, in the order of its questions; an Error among the answers is for its asker alone
 * @param largest batch size
 * @param atATime round trips that may be under way
 * @param mayWait questions; more are refused at once: whoever asked would have given up by then
 */
export function coalesce<Question, Answer>(
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
  { largest, atATime = 1, mayWait = 20 * largest }: { largest: number; atATime?: number; mayWait?: number },
): (question: Question) => Promise<Answer> {
  let waiting: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] =
    [];
  let underWay = 0;
  let starting = false;

  const run = async (batch: typeof waiting) => {
    try {
      const answers = await ask(batch.map((each) => each.question));
      batch.forEach((each, i) => {
        const answer = answers[i];
        if (answer instanceof Error) each.reject(answer);
        else each.resolve(answer as Answer);
      });
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  };
  const runAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      if (waiting.length > 0) start();
      await run(batch);
    }
    underWay -= 1;
  };
  const start = () => {
    if (starting || underWay >= atATime) return;
    starting = true;
    underWay += 1;
    // After this turn of the event loop, so that everything that its reads set off comes along.
    setImmediate(() => {
      starting = false;
      void runAll();
    });
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= mayWait) {
        reject(new Error('too many wait already'));
        return;
      }
      waiting.push({ question, resolve, reject });
      start();
    });
}
