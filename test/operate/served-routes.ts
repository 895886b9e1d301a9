import express from 'express';
import { createLog } from '../../src/system/log.ts';
import { onError } from '../../src/operate/api/on-error.ts';
import type { Route } from '../../src/operate/api/route.ts';
import { routerOf } from '../../src/operate/api/router.ts';
import { ROLES } from '../../src/system/roles.ts';
import type { Act, AuditLog } from '../../src/persist/audit-log.ts';
import { Refusals } from '../../src/operate/sign-in/refusals.ts';
import { httpServer } from '../../src/health/serve.ts';
import { http, type HttpAnswer } from '../support/http.ts';

/** Some routes over HTTP in this process. A token here is the name of a role; actions are recorded. */
export class ServedRoutes {
  url = '';
  /** Whether all tokens have been revoked. */
  isRevoked = false;
  readonly acts: (Act & { outcome?: string; detail?: string | null })[] = [];
  readonly #server;

  private constructor(routes: readonly Route[]) {
    const app = express();
    const guard = {
      whoIs: (request: express.Request) => {
        const role = ROLES.find((each) => `Bearer ${each}` === request.headers.authorization);
        const expiresAt = new Date(Date.now() + 3_600_000);
        const token = '0'.repeat(16);
        const root = { line: [], root: token, rootEndsAt: expiresAt };
        const who = { name: 'ada', shops: null, token, expiresAt, ...root, by: 'token' } as const;
        return Promise.resolve(role && !this.isRevoked ? { ...who, role } : null);
      },
    };
    const audit: AuditLog = {
      begin: (act) => Promise.resolve(this.acts.push({ ...act })),
      end: (entry, outcome, detail) => {
        Object.assign(this.acts[entry - 1] ?? {}, { outcome, detail });
        return Promise.resolve();
      },
      refused: (act, detail) => {
        this.acts.push({ ...act, outcome: 'refused', detail });
        return Promise.resolve();
      },
    };
    app.use('/api', routerOf(routes, guard, audit, new Refusals(audit)));
    app.use(onError(createLog('test', 'silent')));
    this.#server = httpServer(
      'routes',
      app,
      0,
      (port) => (this.url = `http://127.0.0.1:${port}`),
      '127.0.0.1',
    );
  }

  static async start(routes: readonly Route[]): Promise<ServedRoutes> {
    const served = new ServedRoutes(routes);
    await served.#server.start?.();
    return served;
  }

  get(place: string, role = 'viewer'): Promise<HttpAnswer> {
    return http(`${this.url}/api${place}`, { headers: { authorization: `Bearer ${role}` } });
  }

  post(place: string, body: object, role = 'operator'): Promise<HttpAnswer> {
    return http(`${this.url}/api${place}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${role}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }
}
