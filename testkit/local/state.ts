import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What `npm start` keeps under .lockstep/. */
export const STATE = path.resolve(import.meta.dirname, '..', '..', '.lockstep');
const LOCAL = path.join(STATE, 'local.json');
const SECRETS = path.join(STATE, 'secrets.json');

/**
 * What a running `npm start` provides to tools and tests. The file exists while it runs, and only its user
 * can read it.
 */
export interface LocalFile {
  pid: number;
  ingestUrl: string;
  dashboardUrl: string;
  shopifySecret: string;
  adminToken: string;
  redisUrl: string;
  mongoUri: string;
  /** With --fake-shopify. */
  store?: LocalStore;
}

/** The fake store that sells. */
export interface LocalStore {
  name: string;
  /** Where the merchant opens the app. */
  appPage: string;
  /** The URL of its control API. */
  control: string;
}

/**
 * It contains bodies, tokens and secrets: other users of this machine must not read it, even if the folder
 * existed before.
 */
function ownFolder(): void {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  chmodSync(STATE, 0o700);
}

/** Readable by its user only, and never visible half-written. */
function writeWhole(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function writeLocal(local: LocalFile): void {
  writeWhole(LOCAL, local);
}

export function removeLocal(): void {
  rmSync(LOCAL, { force: true });
}

/** The running Lockstep, if any; null if none runs, even if one was killed and left its file. */
export function readLocal(): LocalFile | null {
  try {
    const local = JSON.parse(readFileSync(LOCAL, 'utf8')) as LocalFile;
    process.kill(local.pid, 0);
    return local;
  } catch {
    return null;
  }
}

interface Secrets {
  shopifySecret: string;
  opsJwtSecret: string;
  /** TOKEN_KEYS. */
  tokenKeys: string;
}

/** Development secrets: made once and kept, so that earlier signatures stay valid after a restart. */
export function developmentSecrets(): Secrets {
  ownFolder();
  const secret = () => randomBytes(32).toString('hex');
  const made = { shopifySecret: secret(), opsJwtSecret: secret(), tokenKeys: `development:${secret()}` };
  const kept = readSecrets();
  const secrets = { ...made, ...kept };
  if (Object.keys(kept).length < Object.keys(made).length) writeWhole(SECRETS, secrets);
  return secrets;
}

/** Existing secrets; an older Lockstep made fewer. */
function readSecrets(): Partial<Secrets> {
  try {
    return JSON.parse(readFileSync(SECRETS, 'utf8')) as Partial<Secrets>;
  } catch {
    return {};
  }
}
