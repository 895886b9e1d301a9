import { rmSync } from 'node:fs';

/**
 * Stops the servers. The data of a failed run is kept until the next run; of MongoDB's, only what no later test file
 * emptied (mongo-databases.ts). Run the failed file alone to keep all of it.
 */
export default async function stopServers(): Promise<void> {
  const servers = globalThis.lockstepServers;
  if (!servers) return;
  await servers.stop();
  if (globalThis.lockstepFailed) process.stdout.write(`The failed run's data: ${servers.folder}\n`);
  else rmSync(servers.folder, { recursive: true, force: true });
}
