import { Lockstep } from '../../testkit/local/lockstep.ts';
import type { Namespace } from '../support/namespace.ts';
import { http } from '../support/http.ts';

/** Real programs that log everything, and their whole output from the start. */
export class HeardPrograms {
  readonly urls = { ingest: '', worker: '', dashboard: '' };
  readonly #lockstep: Lockstep;
  #heard = '';

  constructor(names: Namespace, secrets: NodeJS.ProcessEnv) {
    this.#lockstep = new Lockstep(names, {
      env: { LOG_LEVEL: 'trace', HOLD_FOR_CREATE_MS: '0', ...secrets },
      hear: (text) => (this.#heard += text),
    });
  }

  async start(name: 'ingest' | 'worker' | 'dashboard'): Promise<void> {
    this.urls[name] = (await this.#lockstep.start(name)).url;
  }

  /** Everything that was written to stdout and stderr so far. */
  get heard(): string {
    return this.#heard;
  }

  /** What every program reports to anyone who asks for its health and metrics. */
  async told(): Promise<string> {
    const asked = Object.values(this.urls).filter((url) => url !== '');
    const answers = asked.flatMap((url) =>
      ['/healthz', '/readyz', '/metrics'].map(async (path) => (await http(`${url}${path}`)).text),
    );
    return (await Promise.all(answers)).join('\n');
  }

  async stop(): Promise<void> {
    await this.#lockstep.stop();
  }
}
