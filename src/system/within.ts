/** Waits for a promise, but not longer than `ms`. @throws Error 'too slow' then; what was asked goes on unheard */
export async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too slow')), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
