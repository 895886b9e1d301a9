import { freePort } from '../../testkit/local/ports.ts';
import { startProgram, untilReady, type RunningProgram } from '../../testkit/local/programs.ts';
import type { Namespace } from '../support/namespace.ts';
import { http } from '../support/http.ts';

const PORT_SETTINGS = { ingest: 'PORT', worker: 'ADMIN_PORT', dashboard: 'DASHBOARD_PORT' } as const;

/** Real programs that log everything, and their whole output from the start. */
export class HeardPrograms {
  readonly urls = { ingest: '', worker: '', dashboard: '' };
  readonly #env: NodeJS.ProcessEnv;
  readonly #programs: RunningProgram[] = [];
  #heard = '';

  constructor({ redisUrl, mongoUri }: Namespace, secrets: NodeJS.ProcessEnv) {
    this.#env = {
      ...process.env,
      REDIS_URL: redisUrl,
      MONGODB_URI: mongoUri,
      LOG_LEVEL: 'trace',
      HOLD_FOR_CREATE_MS: '0',
      ...secrets,
    };
  }

  async start(name: keyof typeof PORT_SETTINGS): Promise<void> {
    const port = await freePort();
    const program = startProgram(name, { ...this.#env, [PORT_SETTINGS[name]]: String(port) }, 'pipe');
    this.#programs.push(program);
    for (const stream of [program.child.stdout, program.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#heard += chunk.toString()));
    this.urls[name] = `http://127.0.0.1:${port}`;
    await untilReady(program, this.urls[name]);
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
    await Promise.all(this.#programs.map((program) => program.stop()));
  }
}
