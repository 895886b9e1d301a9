import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** A Dockerfile's last stage, built in a folder. */
export interface Image {
  /** Its WORKDIR. */
  folder: string;
  env: Record<string, string>;
  command: string[];
  /** The image tags of its stages. */
  from: string[];
}

interface Stage {
  root: string;
  workdir: string;
  env: Record<string, string>;
  command: string[];
}

type Step = (stage: Stage, rest: string, build: Build) => void;

interface Build {
  /** Of stages, by name. */
  stages: Map<string, Stage>;
  /** What the build may copy from the project. */
  context: readonly string[];
  env: NodeJS.ProcessEnv;
}

/**
 * Executes a Dockerfile step by step, without Docker: each stage is an empty folder, COPY copies what
 * `.dockerignore` allows, RUN runs the command unchanged. Nothing comes from an image: Node and npm are this
 * machine's. An unknown step fails.
 */
export function buildImage(folder: string, env: NodeJS.ProcessEnv): Image {
  const build: Build = { stages: new Map(), context: letThrough(), env };
  const steps = linesOf(readFileSync('Dockerfile', 'utf8')).map(read);
  const from: string[] = [];
  let stage = stageIn(folder, 'before');
  for (const { word, rest } of steps) {
    if (word !== 'FROM') stepOf(word)(stage, rest, build);
    else {
      const [tag = '', , name = 'last'] = rest.split(/\s+/);
      from.push(tag);
      stage = stageIn(folder, name);
      build.stages.set(name, stage);
    }
  }
  return { folder: inside(stage, '.'), env: stage.env, command: stage.command, from };
}

function read(line: string): { word: string; rest: string } {
  const [, word = line, rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
  return { word, rest };
}

function stageIn(folder: string, name: string): Stage {
  const root = path.join(folder, name);
  mkdirSync(root);
  return { root, workdir: '/', env: {}, command: [] };
}

const STEPS: Record<string, Step> = {
  WORKDIR: (stage, rest) => {
    stage.workdir = rest;
    mkdirSync(inside(stage, '.'), { recursive: true });
  },
  ENV: (stage, rest) => {
    const [, name = '', value = ''] = /^(\w+)=(\S+)$/.exec(rest) ?? [];
    stage.env[name] = value;
  },
  COPY: (stage, rest, build) => {
    const [, fromStage, places = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
    const sources = places.split(/\s+/);
    const target = inside(stage, sources.pop() ?? '.');
    for (const source of sources) copy(sourceOf(source, fromStage, build), target);
  },
  RUN: (stage, rest, { env }) => {
    execFileSync('sh', ['-c', rest], {
      cwd: inside(stage, '.'),
      env: { ...env, ...stage.env },
      stdio: 'pipe',
    });
  },
  CMD: (stage, rest) => {
    stage.command = JSON.parse(rest) as string[];
  },
  USER: () => undefined,
  EXPOSE: () => undefined,
};

function stepOf(word: string): Step {
  const step = STEPS[word];
  if (!step) throw new Error(`the Dockerfile has a step that this test does not know: ${word}`);
  return step;
}

function linesOf(dockerfile: string): string[] {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** Where a path of a stage is on this machine. */
function inside({ root, workdir }: Stage, place: string): string {
  return path.join(root, path.resolve(workdir, place));
}

function sourceOf(source: string, fromStage: string | undefined, { stages, context }: Build): string {
  if (fromStage !== undefined) {
    const stage = stages.get(fromStage);
    if (!stage) throw new Error(`COPY from an unknown stage: ${fromStage}`);
    return inside(stage, source);
  }
  if (!context.includes(source)) throw new Error(`.dockerignore excludes ${source} from the build`);
  return path.resolve(source);
}

/** As Docker does: a folder's contents are copied to the target, a file into a target that is a folder. */
function copy(source: string, target: string): void {
  const isFolder = statSync(source).isDirectory();
  if (isFolder) mkdirSync(target, { recursive: true });
  execFileSync('cp', ['-a', isFolder ? `${source}/.` : source, target]);
}

/** For a `.dockerignore` that excludes everything except what it names. */
function letThrough(): string[] {
  const [first, ...others] = linesOf(readFileSync('.dockerignore', 'utf8'));
  if (first !== '*' || others.some((line) => !line.startsWith('!')))
    throw new Error('.dockerignore: this test reads only "*" and then "!<name>"');
  return others.map((line) => line.slice(1));
}
