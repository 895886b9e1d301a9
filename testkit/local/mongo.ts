import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { MongoMemoryServer } from 'mongodb-memory-server-core';
import { mongo } from 'mongoose';
import { freePort } from './ports.ts';

/** A MongoDB process of our own. */
export interface LocalMongo {
  uri: string;
  port: number;
  pid: number;
  stop: () => Promise<void>;
}

// We choose the engine's version; mongodb-memory-server's warning about a different version does not apply.
process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = 'false';

const LAUNCHER = path.resolve(import.meta.dirname, '..', '..', '.lockstep', 'bin', 'mongod');

/**
 * If an earlier owner was killed, its mongod ends up to 2 s later (mongodb-memory-server's check interval),
 * and the folder is locked until then.
 */
const FOLDER_IN_USE_MS = 6_000;

/**
 * Starts MongoDB on loopback: a mongod of version 8 on the path, else the embedded engine, else what
 * mongodb-memory-server downloads. Data in `folder` survives a restart.
 */
export async function startMongo(folder: string, port?: number): Promise<LocalMongo> {
  mkdirSync(folder, { recursive: true });
  const deadline = Date.now() + FOLDER_IN_USE_MS;
  for (;;) {
    try {
      return await launch(folder, port ?? (await freePort()));
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function launch(folder: string, chosen: number): Promise<LocalMongo> {
  const systemBinary = installedMongod() ?? (existsSync(LAUNCHER) ? LAUNCHER : undefined);
  const server = await MongoMemoryServer.create({
    instance: {
      port: chosen,
      portGeneration: false,
      ip: '127.0.0.1',
      dbPath: path.resolve(folder),
      storageEngine: 'wiredTiger',
    },
    binary: systemBinary ? { systemBinary, checkMD5: false } : { version: '8.0.4' },
  });
  const uri = `mongodb://127.0.0.1:${chosen}/lockstep`;
  await closeIdleFiles(uri);
  return {
    uri,
    port: chosen,
    pid: server.instanceInfo?.instance.mongodProcess?.pid ?? 0,
    stop: async () => {
      await server.stop({ doCleanup: false });
    },
  };
}

/**
 * MongoDB keeps a file open for 10 minutes after its last use, and exits when it reaches its limit (often 20,000).
 * A database of Lockstep has 80 files.
 */
async function closeIdleFiles(uri: string): Promise<void> {
  const client = await mongo.MongoClient.connect(uri);
  try {
    await client.db('admin').command({
      setParameter: 1,
      wiredTigerEngineRuntimeConfig: 'file_manager=(close_idle_time=30,close_scan_interval=10)',
    });
  } finally {
    await client.close();
  }
}

function installedMongod(): string | undefined {
  const { status, stdout } = spawnSync('mongod', ['--version'], { encoding: 'utf8' });
  return status === 0 && Number(/db version v(\d+)/.exec(stdout)?.[1]) >= 8 ? whereIs('mongod') : undefined;
}

function whereIs(command: string): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, command)).find(existsSync) ?? command;
}
