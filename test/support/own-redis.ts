import { rmSync } from 'node:fs';
import { dataFolder } from '../../testkit/local/data-folder.ts';
import { startRedis, type LocalRedis } from '../../testkit/local/redis.ts';

/** A Redis of one test file, for what must not happen to the Redis of all tests. */
export class OwnRedis {
  readonly #folder: string;
  #server: LocalRedis;

  private constructor(folder: string, server: LocalRedis) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(port?: number): Promise<OwnRedis> {
    const folder = dataFolder('lockstep-redis');
    return new OwnRedis(folder, await startRedis(folder, port));
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.port;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** On the same port, with its data. */
  async startAgain(): Promise<void> {
    this.#server = await startRedis(this.#folder, this.port);
  }

  /** Its connections stay open, but do not answer. */
  hang(): void {
    process.kill(this.#server.pid, 'SIGSTOP');
  }

  goOn(): void {
    process.kill(this.#server.pid, 'SIGCONT');
  }

  /** Stops it, and deletes its data. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
