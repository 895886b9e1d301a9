import { BadSettings, loadConfig, type Config, type Setting } from './config.ts';
import { Fault } from './errors.ts';
import { Lifecycle } from './lifecycle.ts';
import { createLog, type Logger } from './log.ts';
import { isMember, processGroup, tellStarted } from './process-group.ts';

/** The settings that run a program in several processes. */
type ProcessesSetting = 'INGEST_PROCESSES' | 'WORKER_PROCESSES';

/** What every program gets. */
export interface Surroundings<Needed extends Setting> {
  config: Config<Needed>;
  log: Logger;
  lifecycle: Lifecycle;
  /** Stops the program with exit code 1, because it cannot run with this configuration. */
  end: (fault: Fault) => void;
}

/**
 * Runs a program: settings, log, components, signals. Bad settings and unsuitable servers end it with one message
 * and exit code 1. Any other failure at start is logged with its stack.
 * @param processes the setting with the number of its processes; without one, there is one process
 */
export async function runProgram<const Needed extends Setting>(
  name: string,
  needed: readonly Needed[],
  main: (surroundings: Surroundings<Needed>) => Promise<void>,
  processes?: ProcessesSetting,
): Promise<void> {
  const config = settingsOrExit(needed, processes);
  const log = createLog(name, config.LOG_LEVEL);
  const count = processes ? config[processes] : 1;
  const isParent = count > 1 && !isMember;
  const { SHUTDOWN_DELAY_MS: delayMs, SHUTDOWN_MS: shutdownMs } = config;
  const lifecycle = new Lifecycle(log, isParent ? delayMs + shutdownMs : shutdownMs);
  lifecycle.stopOnSignals(isParent ? 0 : delayMs);
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled promise rejection');
    void lifecycle.stop().then(() => process.exit(1));
  });
  const end = (fault: Fault) => {
    log.fatal(fault.message);
    void lifecycle.stop().then(() => process.exit(1));
  };
  try {
    const { ADMIN_PORT: adminPort = 0 } = config;
    if (isParent) return await lifecycle.start(processGroup({ count, adminPort, log }));
    await main({ config, log, lifecycle, end });
    tellStarted();
  } catch (error) {
    if (isPlain(error)) log.fatal(error.message);
    else log.fatal({ err: error }, 'could not start');
    await lifecycle.stop();
    process.exit(1);
  }
}

/** Errors whose message is enough: a stack would only hide it. */
function isPlain(error: unknown): error is Error {
  return error instanceof Fault || (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
}

function settingsOrExit<const Needed extends Setting>(
  needed: readonly Needed[],
  processes?: ProcessesSetting,
): Config<Needed> {
  try {
    const config = loadConfig(process.env, needed);
    if (processes && config[processes] > 1 && !config.ADMIN_PORT)
      throw new BadSettings([
        `ADMIN_PORT: is required if ${processes} is above 1: each process uses a port from it on`,
      ]);
    return config;
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
