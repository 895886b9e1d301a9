const BATCHES_WAITING = 20;

/**
 * Turns many single questions into few large ones: what is asked while a round trip is under way goes
 * together into the next. No timer: an idle caller waits for nothing, a busy one shares.
 * @param ask answers a batch, in the order of its questions; an Error among the answers is for its asker alone
 * @param largest batch size; twenty of them may wait, more is refused at once: whoever asked has given up by then
 */
export function coalesce<Question, Answer>(
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
  largest: number,
): (question: Question) => Promise<Answer> {
  let waiting: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] =
    [];
  let underWay = false;

  const run = async () => {
    const batch = waiting.slice(0, largest);
    waiting = waiting.slice(largest);
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
    // A turn of the event loop, so that everything that one read from a socket sets off comes along.
    await new Promise(setImmediate);
    while (waiting.length > 0) await run();
    underWay = false;
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= BATCHES_WAITING * largest) {
        reject(new Error('too many wait already'));
        return;
      }
      waiting.push({ question, resolve, reject });
      if (underWay) return;
      underWay = true;
      void runAll();
    });
}
