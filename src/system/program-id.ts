import { hostname } from 'node:os';

/**
 * `<host>:<pid>`: names this process in locks, beats and the journal. A pid is given again after a while,
 * and in a container it is always the same: the host is what tells containers apart.
 */
export const PROGRAM_ID = `${hostname()}:${process.pid}`;
