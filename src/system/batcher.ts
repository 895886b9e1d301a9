/** How often a batch that waits for more questions looks whether they are still likely. */
const LOOK_MS = 10;

/**
 * Batches single requests. Requests made in one turn of the event loop share a batch; so do requests made
 * while the maximum number of round trips is in flight. Without `lingerMs`, an idle caller never waits.
 * @param ask answers a batch, in the order of its questions; an Error among the answers rejects only that
 *   question
 * @param largest batch size
 * @param atATime round trips in flight
 * @param mayWait questions that may wait. Further ones are rejected at once: their callers would have timed
 *   out before they were answered
 * @param enough a batch with this many questions does not wait for more
 * @param lingerMs how long a smaller batch waits for more questions
 * @param lingerWhile whether more questions are likely; otherwise, the batch goes at once
 */
export function createBatcher<Question, Answer>(
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
  {
    largest,
    atATime = 1,
    mayWait = 20 * largest,
    enough = largest,
    lingerMs = 0,
    lingerWhile = () => lingerMs > 0,
  }: BatchLimits,
): (question: Question) => Promise<Answer> {
  let waiting: Asked<Question, Answer>[] = [];
  let underWay = 0;
  let starting = false;
  let lingering: NodeJS.Timeout | undefined;

  const runAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      if (waiting.length > 0) start();
      await answer(batch, ask);
      // The questions that came meanwhile wait for others, too.
      if (lingerMs > 0) break;
    }
    underWay -= 1;
    if (waiting.length > 0) start();
  };
  const start = () => {
    if (starting || underWay >= atATime) return;
    starting = true;
    underWay += 1;
    // After this turn of the event loop, so that everything it triggers joins the batch.
    if (isReady()) setImmediate(begin);
    else linger(lingerMs);
  };
  const isReady = () => waiting.length >= enough || !lingerWhile();
  const linger = (leftMs: number) => {
    const look = () => (leftMs <= LOOK_MS || isReady() ? begin() : linger(leftMs - LOOK_MS));
    lingering = setTimeout(look, Math.min(leftMs, LOOK_MS));
  };
  const begin = () => {
    starting = false;
    lingering = undefined;
    void runAll();
  };
  return (question) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= mayWait) return reject(new Error('too many requests are waiting'));
      waiting.push({ question, resolve, reject });
      start();
      if (lingering && isReady()) {
        clearTimeout(lingering);
        lingering = undefined;
        setImmediate(begin);
      }
    });
}

export interface BatchLimits {
  largest: number;
  atATime?: number;
  mayWait?: number;
  enough?: number;
  lingerMs?: number;
  lingerWhile?: () => boolean;
}

interface Asked<Question, Answer> {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

/** Never throws. */
async function answer<Question, Answer>(
  batch: readonly Asked<Question, Answer>[],
  ask: (questions: Question[]) => Promise<(Answer | Error)[]>,
): Promise<void> {
  try {
    const answers = await ask(batch.map((each) => each.question));
    batch.forEach((each, i) => {
      const given = answers[i];
      if (given instanceof Error) each.reject(given);
      else each.resolve(given as Answer);
    });
  } catch (error) {
    for (const each of batch) each.reject(error);
  }
}
