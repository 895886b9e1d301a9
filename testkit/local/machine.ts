import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import path from 'node:path';

/** The machine that a figure was measured on. */
export interface LocalMachine {
  cores: number;
  cpu: string;
  memoryGiB: number;
  system: string;
  node: string;
  /** The commit of Lockstep, shortened; `?` if this is not a checkout. */
  lockstep: string;
}

export function localMachine(): LocalMachine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model.trim() ?? '?',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: systemName(),
    node: process.versions.node,
    lockstep: commit(),
  };
}

function systemName(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
    return name ?? `${platform()} ${release()}`;
  } catch {
    return `${platform()} ${release()}`;
  }
}

function commit(): string {
  const cwd = path.resolve(import.meta.dirname, '..', '..');
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '?';
  }
}
