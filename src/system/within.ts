/** The promise did not settle in time. Its work continues; the result is ignored. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow';
  constructor() {
    super('too slow');
  }
}

/** Waits for a promise, but not longer than `ms`. @throws TooSlow after that */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooSlow()), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
