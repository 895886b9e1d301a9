import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadSettings, loadConfig } from '../../system/config.ts';
import { OpsProblem } from './exit.ts';

/** Which Lockstep is asked, and as whom. */
export interface Target {
  url: string;
  token: string;
}

/**
 * A token goes only to the address that it belongs to: both are given, or both come from this folder. Anybody may
 * have written this folder: the address that it names must not get the token of another Lockstep.
 * @throws OpsProblem if only one is given, none is given and none runs here, or one is invalid
 */
export function targetOf(given: { url?: string | undefined; token?: string | undefined }): Target {
  const url = given.url ?? process.env.LOCKSTEP_URL;
  const token = given.token ?? process.env.LOCKSTEP_TOKEN;
  const target = url || token ? { url, token } : localTarget();
  if (!target.url || !target.token) throw incomplete(target);
  checkAddress(target.url);
  if (!/^[\x21-\x7e]+$/.test(target.token)) throw new OpsProblem('usage', 'invalid token');
  return { url: target.url.replace(/\/+$/, ''), token: target.token };
}

type Given = { [Part in keyof Target]: Target[Part] | undefined };

function localTarget(): Given {
  const { dashboardUrl, adminToken } = read('local.json') as { dashboardUrl?: string; adminToken?: string };
  return { url: dashboardUrl, token: adminToken };
}

function incomplete({ url, token }: Given): OpsProblem {
  if (token) return new OpsProblem('usage', 'a token without its address: also give --url or LOCKSTEP_URL');
  if (url)
    return new OpsProblem('usage', 'an address without its token: also give --token or LOCKSTEP_TOKEN');
  return new OpsProblem(
    'unreachable',
    'nothing runs here: give --url and --token, or LOCKSTEP_URL and LOCKSTEP_TOKEN',
  );
}

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/** @throws OpsProblem; also if the network in between would see the token */
function checkAddress(url: string): void {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new OpsProblem('usage', `${url} is not an http:// or https:// address`);
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw new OpsProblem(
      'usage',
      `${url} is not https: over http, tokens are sent to this machine only (use https, or a tunnel to localhost)`,
    );
}

/** OPS_JWT_SECRET, or the development secret of this folder. @throws OpsProblem usage where there is none */
export function jwtSecret(): string {
  try {
    const given = loadConfig(process.env).OPS_JWT_SECRET;
    if (given) return given;
  } catch (error) {
    if (error instanceof BadSettings) throw new OpsProblem('usage', error.message);
    throw error;
  }
  const { opsJwtSecret } = read('secrets.json') as { opsJwtSecret?: string };
  if (opsJwtSecret) return opsJwtSecret;
  throw new OpsProblem('usage', 'OPS_JWT_SECRET is not set, and npm start has not run here');
}

/** What npm start wrote down in this folder; nothing where it did not. */
function read(file: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path.join(process.cwd(), '.lockstep', file), 'utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
