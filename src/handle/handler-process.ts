import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { SETTINGS } from '../system/config.ts';
import type { Asked, Said } from './protocol.ts';

const EXTENSION = path.extname(import.meta.filename);
const CHILD = path.join(import.meta.dirname, `child${EXTENSION}`);
const OWN_MODULES = new URL(`./own-modules${EXTENSION}`, import.meta.url).href;

/** Node itself takes about 70 MB. guard.ts ends the process: Node would print a page for each that reaches its heap's limit. */
const MOST_MB = 512;
const HEAP_MB = 4 * MOST_MB;

/** How a process ended, in words. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: 'it ran out of memory',
  SIGKILL: `it was ended; it may have taken more than ${MOST_MB} MB`,
};

/**
 * A process that runs a user's code. It gets the environment without Lockstep's own settings: that code has no business
 * with Lockstep's secrets and servers.
 */
export class HandlerProcess {
  readonly #child: ChildProcess;
  /** Resolves to the reason. */
  readonly ended: Promise<string>;
  #onSaid: ((said: Said) => void) | null = null;

  constructor() {
    this.#child = fork(CHILD, [String(MOST_MB)], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, '--import', OWN_MODULES],
      env: withoutSettings(process.env),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve(endOf(code, signal)));
      this.#child.once('error', () => resolve('its process could not be started'));
    });
    this.#child.on('message', (said: Said) => this.#onSaid?.(said));
  }

  onSaid(listener: ((said: Said) => void) | null): void {
    this.#onSaid = listener;
  }

  /** Never throws: `ended` says that it is too late. */
  ask(asked: Asked): void {
    if (this.#child.connected) this.#child.send(asked, () => undefined);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return SIGNALS[signal] ?? `its process was ended by ${signal}`;
  return `its process ended with code ${code}: it called process.exit`;
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !(name in SETTINGS)));
}
