import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDERS = ['src', 'scripts', 'testkit', 'load-tests', 'test', 'docs', 'examples'];
const FILES = ['Dockerfile', 'docker-compose.yml', '.ci/run'];

/** Every file of the project that a person reads, except the given ones. */
export function projectTexts(...except: string[]): string[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  ).filter((file) => /\.(ts|tsx|mjs|md)$/.test(file));
  const atTop = readdirSync('.').filter((file) => file.endsWith('.md'));
  return [...atTop, ...inFolders, ...FILES].filter((file) => !except.includes(file));
}

/** The places where a pattern occurs, as `file:line: text`. */
export function placesOf(pattern: RegExp, files: readonly string[]): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  );
}

/** Every document, as Markdown. */
export const DOCUMENTS = projectTexts().filter((file) => file.endsWith('.md'));
