import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadSettings, loadConfig } from '../../system/config.ts';
import { OpsProblem } from './exit.ts';

/** Which Lockstep is asked, and as whom. */
export interface Target {
  url: string;
  token: string;
}

/** @throws OpsProblem where none is given and none runs here, or what is given cannot be one */
export function targetOf(given: { url?: string | undefined; token?: string | undefined }): Target {
  const local = read('local.json') as { dashboardUrl?: string; adminToken?: string };
  const url = given.url ?? process.env.LOCKSTEP_URL ?? local.dashboardUrl;
  const token = given.token ?? process.env.LOCKSTEP_TOKEN ?? local.adminToken;
  if (!url || !token)
    throw new OpsProblem(
      'unreachable',
      'nothing runs here: give --url and --token, or LOCKSTEP_URL and LOCKSTEP_TOKEN',
    );
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new OpsProblem('usage', `${url} is no http:// address of a dashboard`);
  if (!/^[\x21-\x7e]+$/.test(token)) throw new OpsProblem('usage', 'that is no token');
  return { url: url.replace(/\/+$/, ''), token };
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
