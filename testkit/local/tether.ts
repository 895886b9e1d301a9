import { spawn } from 'node:child_process';

/**
 * Runs a command until the process that started us is gone: when our standard input closes, we stop the
 * command. So our servers never outlive `npm start` or a test run, however that ends.
 *   node testkit/local/tether.ts <command> [argument…]
 */
const [command = '', ...args] = process.argv.slice(2);
/** A server that does not stop is killed; what it acknowledged is already on disk. */
const STOP_TIMEOUT_MS = 10_000;
const stop = () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS).unref();
};

// Before the server starts: it may answer its first client before this process continues. A signal in between would end
// only this process, and the server would outlive it.
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 0));
process.stdin.resume().on('end', stop).on('error', stop);
