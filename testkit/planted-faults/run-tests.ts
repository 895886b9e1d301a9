import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { PlantedFault } from './fault.ts';
import { testFile } from './project-copy.ts';

/** Where tests run, and with which settings. */
export interface TestRunning {
  folder: string;
  /** Addresses of the test servers, and the seed. */
  env: Record<string, string>;
  /** Aborted when the user wants to stop. */
  signal: AbortSignal;
}

/** The result of a test run. `broken`: it says nothing about the code, only that the tests could not run. */
export type Ran =
  { outcome: 'passed' } | { outcome: 'failed'; tests: string[] } | { outcome: 'broken'; because: string };

/** The part of jest's --json that is used here. */
interface Report {
  testResults: TestFileResult[];
}

interface TestFileResult {
  name: string;
  message: string;
  assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
}

/**
 * Broken code rather than a broken promise, which the compiler does not notice. Lua's errors contain
 * user_script.
 */
const BROKEN_CODE = /^.*(ReferenceError|user_script).*$/m;
/** Characters with a special meaning in a regular expression. */
const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const TIMED_OUT = /Exceeded timeout of|was not true within/;

/**
 * Runs test files of a copy, and returns which tests failed. Everything that the run started ends with it:
 * its process group is killed after `limitMs`; programs and servers that tests start in groups of their own
 * stop automatically when the process that started them is gone.
 */
export async function runTests(
  { tests, named }: Pick<PlantedFault, 'tests' | 'named'>,
  limitMs: number,
  running: TestRunning,
): Promise<Ran> {
  const report = path.join(running.folder, 'tmp', 'report.json');
  rmSync(report, { force: true });
  const which = named === undefined ? [] : ['--testNamePattern', named.replace(SPECIAL, String.raw`\$&`)];
  const options = [`--outputFile=${report}`, ...which, '--runTestsByPath', ...tests.map(testFile)];
  const { killed, output } = await runJest(options, limitMs, running);
  if (killed) return { outcome: 'broken', because: `did not end within ${limitMs / 1000} s` };
  try {
    return verdictOf(JSON.parse(readFileSync(report, 'utf8')) as Report);
  } catch {
    return { outcome: 'broken', because: `jest left no report: ${oneLine(output)}` };
  }
}

export function verdictOf({ testResults }: Report): Ran {
  const notRun = testResults.find((file) => file.assertionResults.length === 0);
  if (notRun)
    return { outcome: 'broken', because: `${path.basename(notRun.name)} ${oneLine(notRun.message)}` };
  const hook = testResults.map(hookFailure).find((because) => because !== null);
  if (hook) return { outcome: 'broken', because: `a hook failed: ${oneLine(hook)}` };
  const all = testResults.flatMap((file) => file.assertionResults);
  if (all.every((test) => test.status === 'pending'))
    return { outcome: 'broken', because: 'no test has this name' };
  const failed = all.filter((test) => test.status === 'failed');
  const [broken] = BROKEN_CODE.exec(failed.flatMap((test) => test.failureMessages).join('\n')) ?? [];
  if (broken) return { outcome: 'broken', because: broken };
  if (failed.length === 0) return { outcome: 'passed' };
  const named = failed.map(({ fullName, failureMessages }) =>
    TIMED_OUT.test(failureMessages.join()) ? `${fullName} (timed out)` : fullName,
  );
  return { outcome: 'failed', tests: named };
}

/** When a hook fails, jest reports its error for each test: no test ran, so none has noticed the fault. */
function hookFailure({ assertionResults }: TestFileResult): string | null {
  const ran = assertionResults.filter(({ status }) => status !== 'pending');
  const messages = new Set(ran.map(({ failureMessages }) => failureMessages.join('\n')));
  return ran.length > 1 && messages.size === 1 ? [...messages].join() || null : null;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

async function runJest(
  options: string[],
  limitMs: number,
  { folder, env, signal }: TestRunning,
): Promise<{ killed: boolean; output: string }> {
  const jest = [path.join('node_modules', 'jest', 'bin', 'jest.js')];
  const usual = ['--config=planted.jest.config.mjs', '--json', '--forceExit'];
  const child = spawn(process.execPath, [...jest, ...usual, ...options], {
    cwd: folder,
    env: { ...process.env, ...env, TMPDIR: path.join(folder, 'tmp') },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  let killed = false;
  const kill = () => {
    killed = true;
    endGroup(child.pid);
  };
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  signal.addEventListener('abort', kill);
  const timer = setTimeout(kill, limitMs);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  signal.removeEventListener('abort', kill);
  endGroup(child.pid);
  return { killed, output };
}

/** Ends a process and everything that it started in its group; a process that has already ended is fine. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
