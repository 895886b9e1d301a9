import type { Served } from '../../src/compose/composition.ts';
import { httpServer } from '../../src/health/serve.ts';
import type { Component } from '../../src/system/lifecycle.ts';

/** The HTTP apps of a composition on free ports of this machine. @param onUrl receives the address of each */
export function servedHere(http: readonly Served[], onUrl: (url: string) => void): Component[] {
  return http.map(({ name, app }) =>
    httpServer(name, app, 0, (port) => onUrl(`http://127.0.0.1:${port}`), '127.0.0.1'),
  );
}
