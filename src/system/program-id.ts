import { hostname } from 'node:os';

/**
 * `<host>:<pid>`: names this process in locks, heartbeats and the journal. Operating systems reuse pids, and
 * in a container the pid is always the same: containers differ by their host name.
 */
export const PROGRAM_ID = `${hostname()}:${process.pid}`;
