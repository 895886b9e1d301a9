import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for all programs, whatever its clock. */
const TICKS_PER_SECOND = 100;

/** One line of /proc/<pid>/stat. */
interface ProcessTimes {
  pid: number;
  parent: number;
  /** User and system time of all its threads, and of its children that have ended. */
  seconds: number;
}

/** The CPU seconds of a contender's programs, and of the servers, since they started. */
export interface CpuTimes {
  own: number;
  servers: number;
}

/**
 * The servers are all other processes that this process started, directly or not. This process itself sends the load,
 * and does not count. Null without Linux's /proc.
 * @param programs the process ids of the contender's programs
 */
export function cpuTimes(programs: readonly number[]): CpuTimes | null {
  return existsSync('/proc/self/stat') ? cpuTimesIn(allProcesses(), process.pid, programs) : null;
}

export function cpuTimesIn(
  processes: readonly ProcessTimes[],
  self: number,
  programs: readonly number[],
): CpuTimes {
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const below = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, each) => sum + each.seconds + below(each.pid), 0);
  const own = processes
    .filter(({ pid }) => programs.includes(pid))
    .reduce((sum, { pid, seconds }) => sum + seconds + below(pid), 0);
  return { own, servers: below(self) - own };
}

/** @param text of /proc/<pid>/stat; the name, in parentheses, may itself have spaces and parentheses */
export function parseStat(text: string): ProcessTimes {
  const [parent, ...rest] = text
    .slice(text.lastIndexOf(')') + 4)
    .split(' ')
    .map(Number);
  // Counted from the field after the parent: utime, stime, cutime, cstime.
  const ticks = rest.slice(9, 13).reduce((sum, each) => sum + each, 0);
  return { pid: Number.parseInt(text, 10), parent: parent ?? 0, seconds: ticks / TICKS_PER_SECOND };
}

function allProcesses(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
      } catch {
        // It has ended in the meantime.
        return [];
      }
    });
}
