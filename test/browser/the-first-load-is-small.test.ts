import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
  css?: string[];
}

/** 300 kB of compressed JavaScript and CSS for the first paint of the Overview. */
const MOST_BYTES = 300_000;
/** Vite takes 2 s on a developer's machine, 8 s while other tests run. */
const BUILD_MS = 120_000;

const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-pages-'));
const read = (file: string) => readFileSync(path.join(folder, file));
let manifest: Record<string, Chunk> = {};

beforeAll(() => {
  const vite = path.resolve('node_modules/vite/bin/vite.js');
  const options = ['--outDir', folder, '--emptyOutDir', '--manifest', '--logLevel', 'error'];
  execFileSync(process.execPath, [vite, 'build', 'src/browser', ...options], { stdio: 'pipe' });
  manifest = JSON.parse(read('.vite/manifest.json').toString()) as Record<string, Chunk>;
}, BUILD_MS);

afterAll(() => rmSync(folder, { recursive: true }));

/** The files that a chunk loads. */
function filesOf(name: string, seen = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk || seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
  for (const other of chunk.imports ?? []) filesOf(other, seen);
  return seen;
}

const gzipped = (files: Iterable<string>) =>
  [...files].reduce((sum, file) => sum + gzipSync(read(file)).byteLength, 0);

describe('the built pages', () => {
  test('the first load of the Overview is under 300 kB', () => {
    const files = filesOf('overview/overview.tsx', filesOf('index.html'));
    expect(files.size).toBeGreaterThan(3);
    expect(gzipped(files)).toBeLessThan(MOST_BYTES);
  });

  test('each page is a chunk of its own', () => {
    const pages = Object.keys(manifest).filter((name) => name.endsWith('.tsx'));
    expect(pages.length).toBeGreaterThanOrEqual(17);
    const first = filesOf('index.html');
    expect(pages.filter((name) => first.has(manifest[name]?.file ?? ''))).toEqual([]);
  });

  test('no other origin, no inline scripts or styles, and no schema library', () => {
    const html = read('index.html').toString();
    expect(html).not.toMatch(/(?:src|href)="(?!\/)/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    const scripts = Object.values(manifest)
      .filter(({ file }) => file.endsWith('.js'))
      .map(({ file }) => read(file).toString());
    expect(scripts.filter((script) => script.includes('ZodError'))).toEqual([]);
    const styles = [...filesOf('index.html')].filter((file) => file.endsWith('.css'));
    expect(styles.length).toBeGreaterThan(0);
    expect(styles.filter((file) => /url\(["']?https?:|@import/.test(read(file).toString()))).toEqual([]);
  });
});
