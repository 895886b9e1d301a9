import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The state of a listening socket, in /proc/net/tcp. */
const LISTEN = '0A';

/** Addresses that a process listens on, according to Linux: `127.0.0.1`, `0.0.0.0`, `::` … */
export function listenersOf(pid: number): string[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && own.has(inode ?? ''))
      .map(([, local = '']) => addressOf(local)),
  );
}

/** Processes that a process started, directly or indirectly. */
export function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const children = parents.filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended in the meantime.
    return 0;
  }
}

function inodeOf(link: string): string {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1] ?? 'none';
  } catch {
    return 'none';
  }
}

/** From `0100007F:0BB8`: each four bytes are in reverse order. */
function addressOf(local: string): string {
  const [hex = ''] = local.split(':');
  if (hex.length > 8) return /^0+$/.test(hex) ? '::' : hex;
  return Buffer.from(hex, 'hex').reverse().join('.');
}
