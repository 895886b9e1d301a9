import type { Express } from 'express';
import { adminApp, type AdminTools } from '../health/admin-routes.ts';
import { httpServer, tellPort } from '../health/serve.ts';
import type { Config } from '../system/config.ts';
import type { Lifecycle, Component } from '../system/lifecycle.ts';
import type { Logger } from '../system/log.ts';

/** An HTTP app of a program, and its port. */
export interface Served {
  name: string;
  app: Express;
  port: number;
  /** Logged with the port. */
  about: string;
  /** Whether other processes of the program serve it on the same port. */
  isShared?: boolean;
}

/** What every program is composed of. Nothing is started yet; its resources are open. */
export interface Composition {
  /** Served after `before`, in this order. */
  http: readonly Served[];
  /** Started in this order, before the HTTP apps and after them. Everything stops in reverse order. */
  components: { before: readonly Component[]; after: readonly Component[] };
}

/** Health and metrics on a separate port, if one is set. */
export function adminServed(port: number | undefined, admin: AdminTools): Served[] {
  if (port === undefined) return [];
  return [{ name: 'admin', app: adminApp(admin), port, about: 'health and metrics' }];
}

/** Starts a program's components and HTTP apps. */
export async function startAll(
  { config, log, lifecycle }: { config: Config; log: Logger; lifecycle: Lifecycle },
  { http, components }: Composition,
): Promise<void> {
  const servers = http.map(({ name, app, port, about, isShared = false }) =>
    httpServer(name, app, port, tellPort(log, about), config.BIND, {
      reusePort: isShared,
      stopping: lifecycle.stopping,
    }),
  );
  for (const component of [...components.before, ...servers, ...components.after])
    await lifecycle.start(component);
}
