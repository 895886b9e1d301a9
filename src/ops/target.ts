import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadSettings, loadConfig } from '../system/config.ts';
import { OpsProblem } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** The API's address, and the token to call it with. */
export interface Target {
  url: string;
  token: string;
}

/**
 * A token is sent only to the address it belongs to: both are given, or both come from this folder. Anyone may have
 * written this folder's files, so an address in them must not receive the token of another Lockstep.
 * @throws OpsProblem if only one is given, if neither is given and none runs here, or if one is invalid
 */
export function targetOf(
  given: { url?: string | undefined; token?: string | undefined },
  { env, folder }: Place,
): Target {
  const url = given.url ?? env.LOCKSTEP_URL;
  const token = given.token ?? env.LOCKSTEP_TOKEN;
  const target = url || token ? { url, token } : localTarget(folder);
  if (!target.url || !target.token) throw incomplete(target);
  checkAddress(target.url);
  if (!/^[\x21-\x7e]+$/.test(target.token)) throw new OpsProblem('usage', 'invalid token');
  return { url: target.url.replace(/\/+$/, ''), token: target.token };
}

type Place = Pick<Terminal, 'env' | 'folder'>;
type GivenTarget = { [Part in keyof Target]: Target[Part] | undefined };

function localTarget(folder: string): GivenTarget {
  const { dashboardUrl, adminToken } = read(folder, 'local.json') as {
    dashboardUrl?: string;
    adminToken?: string;
  };
  return { url: dashboardUrl, token: adminToken };
}

function incomplete({ url, token }: GivenTarget): OpsProblem {
  if (token) return new OpsProblem('usage', 'a token without its address: also set --url or LOCKSTEP_URL');
  if (url) return new OpsProblem('usage', 'an address without its token: also set --token or LOCKSTEP_TOKEN');
  return new OpsProblem(
    'unreachable',
    'no Lockstep is running here: set --url and --token, or LOCKSTEP_URL and LOCKSTEP_TOKEN',
  );
}

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** @throws OpsProblem usage for an invalid address, or one that would send the token unencrypted over a network */
function checkAddress(url: string): void {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new OpsProblem('usage', `invalid address: ${url} (expected http:// or https://)`);
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw new OpsProblem(
      'usage',
      `${url} is not https: over http, tokens are sent only to this machine (use https, or a tunnel to localhost)`,
    );
}

/** OPS_JWT_SECRET, or the development secret of this folder. @throws OpsProblem usage if there is none */
export function jwtSecret({ env, folder }: Place): string {
  try {
    const given = loadConfig(env).OPS_JWT_SECRET;
    if (given) return given;
  } catch (error) {
    if (error instanceof BadSettings) throw new OpsProblem('usage', error.message);
    throw error;
  }
  const { opsJwtSecret } = read(folder, 'secrets.json') as { opsJwtSecret?: string };
  if (opsJwtSecret) return opsJwtSecret;
  throw new OpsProblem('usage', 'OPS_JWT_SECRET is not set, and npm start has not run here');
}

/** A file that `npm start` wrote in this folder; empty if there is none. */
function read(folder: string, file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path.join(folder, '.lockstep', file), 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
