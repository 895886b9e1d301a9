import type { Handler, HandlerContext, Step } from '../handle/handler.ts';
import type { RunReport } from '../handle/protocol.ts';
import { runOnce } from '../handle/run.ts';
import type { RunHandler } from '../handle/runner.ts';

/** The process died. */
export class Died extends Error {
  override readonly name = 'Died';
}

interface Dying {
  /** Whether the process dies at this line. */
  diesAt: (line: string) => boolean;
  /** A step's function runs. */
  onCall: (key: string) => void;
  now: () => number;
}

/** Runs a handler in this process, as if that process could die. What runs when it dies never continues. */
export function mortalRun(handler: Handler, { diesAt, onCall, now }: Dying): RunHandler {
  return async (request, host, signal) => {
    const death = Promise.withResolvers<never>();
    const pass = async (line: string) => {
      if (!diesAt(line)) return;
      death.reject(new Died(line));
      await new Promise<never>(() => undefined);
    };
    const run = (context: HandlerContext) => handler.run({ ...context, step: stepOf(context, pass, onCall) });
    const keeping = {
      keep: async (step: Parameters<typeof host.keep>[0]) => {
        await pass(`"${step.name}" has ended, but is not kept`);
        const result = await host.keep(step);
        await pass(`"${step.name}" is kept`);
        return result;
      },
      keepUndone: async (name: string) => {
        await pass(`"${name}" is undone, but that is not kept`);
        await host.keepUndone(name);
        await pass(`"${name}" is kept as undone`);
      },
      setOff: async (message: Parameters<typeof host.setOff>[0]) => {
        await pass(`"${message.name}" begins`);
        const id = await host.setOff(message);
        await pass(`"${message.name}" is kept`);
        return id;
      },
    };
    const late = new Promise<RunReport>((resolve) => {
      const because = `it did not end within ${request.timeoutMs} ms`;
      const report: RunReport = { outcome: 'failed', because, unreached: [] };
      signal.addEventListener('abort', () => resolve(report), { once: true });
    });
    return await Promise.race([
      runOnce({ name: handler.name, run }, request, { ...host, ...keeping, now, signal }),
      death.promise,
      late,
    ]);
  };
}

function stepOf(
  { step }: HandlerContext,
  pass: (line: string) => Promise<void>,
  onCall: Dying['onCall'],
): Step {
  return (name, run, options) =>
    step(
      name,
      async (tools) => {
        await pass(`"${name}" begins`);
        onCall(tools.key);
        return await run(tools);
      },
      options,
    );
}
