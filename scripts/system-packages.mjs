// What set-up.mjs installs with the system's package manager, and how it runs commands. Needs no package.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  '..',
);

export const say = (line) => process.stdout.write(`set-up: ${line}\n`);

export function fail(what, instead) {
  process.stderr.write(`set-up: ${what}\n        ${instead}\n`);
  process.exit(1);
}

export function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here; the next folder.
    }
  }
  return null;
}

/** Runs a command quietly; returns its output if it fails, null if it succeeds. */
export function problemWith(command, args, options = {}) {
  const run = spawnSync(command, args, { encoding: 'utf8', cwd: root, ...options });
  if (run.status === 0) return null;
  const said = (run.error?.message ?? `${run.stdout}${run.stderr}`).trim();
  // A killed command says nothing.
  return (said || `it ended with ${run.signal ?? run.status}`).split('\n').slice(-5).join('\n        ');
}

/** A part that the system's package manager installs. */
export function ofSystem(what, packages, isMissing, byHand) {
  const how = () => installer(packages)?.at(-1).join(' ');
  return { what, isMissing, byHand, how, install: () => install(what, packages, byHand) };
}

function install(what, packages, byHand) {
  const commands = installer(packages);
  if (!commands) fail(`${what} not found, and no package manager that could install it.`, byHand);
  say(`installing ${what}: ${commands.at(-1).join(' ')}`);
  for (const [command, ...args] of commands) {
    const problem = problemWith(command, args, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NONINTERACTIVE: '1' },
    });
    if (problem) fail(`"${[command, ...args].join(' ')}" failed:\n        ${problem}`, byHand);
  }
}

function installer({ apt, brew }) {
  if (onPath('apt-get')) {
    const isRoot = process.getuid?.() === 0;
    if (!isRoot && problemWith('sudo', ['-n', 'true']) !== null) return null;
    // sudo resets the environment.
    const sudo = isRoot ? [] : ['sudo', '-n', 'env', 'DEBIAN_FRONTEND=noninteractive'];
    return [
      [...sudo, 'apt-get', 'update', '-q'],
      [...sudo, 'apt-get', 'install', '-y', '-q', apt],
    ];
  }
  return brew && onPath('brew') ? [['brew', 'install', ...brew]] : null;
}

/** The servers of destinations, for their tests and for the comparison. Debian starts some of them as services too; the tests use their own. */
export const SINKS = {
  postgres: ofSystem(
    'PostgreSQL',
    { apt: 'postgresql' },
    () => !onPath('postgres') && !existsSync('/usr/lib/postgresql'),
    'Install the package postgresql yourself.',
  ),
  rabbitmq: ofSystem(
    'RabbitMQ',
    { apt: 'rabbitmq-server' },
    () => !existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server'),
    'Install the package rabbitmq-server yourself.',
  ),
  nats: ofSystem(
    'NATS',
    { apt: 'nats-server', brew: ['nats-server'] },
    () => !onPath('nats-server') && !existsSync('/usr/sbin/nats-server'),
    'Install the package nats-server yourself.',
  ),
  kafka: ofSystem(
    'kcat, which has a mock of Kafka',
    { apt: 'kcat', brew: ['kcat'] },
    () => !onPath('kcat'),
    'Install the package kcat yourself.',
  ),
};
