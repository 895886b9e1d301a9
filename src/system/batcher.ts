/**
 * Batches single requests. Requests made in one turn of the event loop share a batch; so do requests made
 * while the maximum number of round trips is in flight. There is no timer: an idle caller never waits, busy
 * callers share.
 * @param ask answers a batch, in the order of its questions; an Error among the answers rejects only that
 *   question
 * @param largest batch size
 * @param atATime round trips in flight
 * @param mayWait questions that may wait. Further ones are rejected at once: their callers would have timed
 *   out before they were answered
 */
export function createBatcher<Question, Answer>(
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
    // After this turn of the event loop, so that everything it triggers joins the batch.
    setImmediate(() => {
      starting = false;
      void runAll();
    });
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= mayWait) {
        reject(new Error('too many requests are waiting'));
        return;
      }
      waiting.push({ question, resolve, reject });
      start();
    });
}
