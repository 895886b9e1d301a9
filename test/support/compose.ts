import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Service {
  image: string;
  command: string[];
  environment?: Record<string, string | number>;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  mem_limit?: string;
}

export const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as {
  services: Record<string, Service>;
};

/** A valid value for every variable that docker-compose.yml requires. */
export const DEMANDED = {
  SHOPIFY_API_SECRET: 'a-secret-for-tests',
  OPS_JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters',
  REDIS_PASSWORD: 'redis0123456789',
  MONGO_PASSWORD: 'mongo0123456789',
  MONGO_ROOT_PASSWORD: 'root0123456789',
} as const;

/**
 * A text with `${NAME:?…}` and `${NAME:-default}` filled in, and `$$` unescaped, as compose does it.
 * @throws if a variable is required and not given
 */
export function filled(text: string, given: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(
    /\$\$|\$\{(\w+):([?-])([^}]*)\}/g,
    (all, name: string, kind: string, rest: string) => {
      if (all === '$$') return '$';
      const value = given[name] || undefined;
      if (value === undefined && kind === '?') throw new Error(`${name}: ${rest}`);
      return value ?? rest;
    },
  );
}

/** A service's environment, filled in. */
export function environmentOf(
  service: Service | undefined,
  given: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries(service?.environment ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, filled(String(value), given)]));
}
