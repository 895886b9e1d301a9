import { workerData } from 'node:worker_threads';

/** How soon a process that takes too much memory, or that is left alone, ends. */
const EVERY_MS = 100;

/**
 * A thread of the process that runs handlers. It works even if the user's code never returns to the event loop, and ends
 * the process if its publisher has died, or if it takes too much memory outside JavaScript's heap, such as buffers.
 */
const { publisher, mostBytes } = workerData as { publisher: number; mostBytes: number };

setInterval(() => {
  const isAlone = process.ppid !== publisher;
  if (isAlone || process.memoryUsage.rss() > mostBytes) process.kill(process.pid, 'SIGKILL');
}, EVERY_MS);
