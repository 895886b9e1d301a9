import type { Queue } from 'bullmq';
import { isAlive, PROGRAMS } from '../../system/heartbeats.ts';
import type { Program } from '../shapes/system.ts';
import { installedVersions } from './installed-versions.ts';
import { bad, doubtful, good, type Finding, type Probe } from './probe.ts';

/** What Lockstep runs on, and whether its programs and queues run. */
export function programProbes(queues: readonly Queue[], programs: () => Promise<Program[]>): Probe[] {
  return [
    { name: 'Node', look: () => Promise.resolve(nodeFinding(process.versions.node)) },
    { name: 'versions', look: async () => versionsFinding(await installedVersions()) },
    { name: 'programs', needs: 'redis', look: async () => programsFinding(await programs()) },
    {
      name: 'queues',
      needs: 'redis',
      look: async () => {
        const paused = await Promise.all(queues.map((queue) => queue.isPaused()));
        return queuesFinding(paused);
      },
    },
  ];
}

/**
 * The first version of each release line with the fixes of March 2026: comparing HMACs leaked their bytes
 * through its timing (CVE-2026-21713), and a header could crash the process (CVE-2026-21710). Other lines get
 * no fixes, or have had them from the start.
 */
const FIXED_IN: Record<number, readonly [number, number]> = {
  20: [20, 2],
  22: [22, 2],
  24: [14, 1],
  25: [8, 2],
};
const NEWEST_LISTED = 25;

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major > NEWEST_LISTED) return good(version);
  const fixed = FIXED_IN[major];
  const advice =
    'use the newest Node 24: this version is vulnerable to crafted requests (CVE-2026-21713, -21710)';
  if (!fixed) return bad(version, advice);
  const [leastMinor, leastPatch] = fixed;
  if (minor < leastMinor || (minor === leastMinor && patch < leastPatch)) return bad(version, advice);
  return major === 20
    ? doubtful(version, 'use Node 24: Node 20 has had no fixes since 2026-04-30')
    : good(version);
}

export function versionsFinding(versions: Record<string, string | null>): Finding {
  const found = Object.entries(versions)
    .map(([name, version]) => `${name} ${version ?? '?'}`)
    .join(', ');
  if (!Object.values(versions).includes(null)) return good(found);
  return doubtful(found, 'reinstall the packages: npm ci');
}

/** Without these, orders wait. */
const NEEDED: ReadonlySet<string> = new Set(['ingest', 'worker']);

function programsFinding(programs: readonly Program[]): Finding {
  const counts = PROGRAMS.map((name) => ({
    name,
    alive: programs.filter((each) => each.program === name && isAlive(each)).length,
  }));
  const silent = programs.filter((each) => !isAlive(each));
  const found = [
    ...counts.map(({ name, alive }) => `${alive} ${name}`),
    ...silent.map(
      ({ program, id, lastHeardMs }) =>
        `${program} ${id} no heartbeat since ${new Date(Date.now() - lastHeardMs).toISOString().slice(11, 19)} UTC`,
    ),
  ].join(', ');
  const gone = counts.filter(({ name, alive }) => alive === 0 && NEEDED.has(name));
  if (gone.length === 0) return good(found);
  return bad(
    found,
    `start ${gone.map(({ name }) => `${name === 'ingest' ? 'an' : 'a'} ${name}`).join(' and ')}`,
  );
}

export function queuesFinding(paused: readonly boolean[]): Finding {
  const which = paused.flatMap((held, partition) => (held ? [partition] : []));
  if (which.length === 0) return good(`${paused.length}, none paused`);
  const [is, partitions] = which.length === 1 ? ['is', 'partition'] : ['are', 'partitions'];
  return doubtful(
    `${which.length} of ${paused.length} ${is} paused: ${partitions} ${which.join(', ')}`,
    'see in the audit log who paused them and why, then run: queue resume',
  );
}
