import type { Started } from '../../testkit/local/programs.ts';

const ENDED_BY_CTRL_C = 130;

/**
 * Runs something while programs are stopped (SIGSTOP). They continue afterwards, even if Ctrl-C ends us in
 * the meantime: a stopped program does not notice that its channel has closed, and would remain. If we are
 * killed outright, it does.
 */
export async function whileStopped<Result>(
  programs: readonly Started[],
  run: () => Promise<Result>,
): Promise<Result> {
  const signal = (name: NodeJS.Signals) => programs.forEach(({ program }) => program.child.kill(name));
  const resume = () => signal('SIGCONT');
  const end = () => process.exit(ENDED_BY_CTRL_C);
  process.once('exit', resume).once('SIGINT', end).once('SIGTERM', end);
  signal('SIGSTOP');
  try {
    return await run();
  } finally {
    resume();
    process.off('exit', resume).off('SIGINT', end).off('SIGTERM', end);
  }
}
