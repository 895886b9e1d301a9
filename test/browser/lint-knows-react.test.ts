import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const folder = mkdtempSync(path.join(tmpdir(), 'planted-react-'));
afterAll(() => rmSync(folder, { recursive: true }));

function findingsOf(body: string): string {
  const imports = `import { useEffect, useRef, useState } from 'react';\n`;
  const file = path.join(folder, 'planted.tsx');
  writeFileSync(
    file,
    `${imports}export function Planted({ text }: { text: string }) {\n${body}\n}\nexport { useEffect, useRef, useState };\n`,
  );
  return spawnSync('node_modules/.bin/oxlint', ['-c', '.oxlintrc.json', file], { encoding: 'utf8' }).stdout;
}

describe('lint of the pages', () => {
  test.each([
    ['react(refs)', 'const latest = useRef(text); latest.current = text; return <p>{text}</p>;'],
    [
      'react(set-state-in-effect)',
      'const [now, setNow] = useState(text); useEffect(() => setNow(text), [text]); return <p>{now}</p>;',
    ],
    ['react(purity)', 'return <p>{text} {Date.now()}</p>;'],
    [
      'react-hooks(exhaustive-deps)',
      'useEffect(() => { document.title = text; }, []); return <p>{text}</p>;',
    ],
    [
      'react-hooks(rules-of-hooks)',
      `if (text === '') return null; const [now] = useState(text); return <p>{now}</p>;`,
    ],
    ['jsx-a11y(alt-text)', 'return <img src={text} />;'],
    ['jsx-a11y(click-events-have-key-events)', 'return <div onClick={() => alert(text)}>{text}</div>;'],
  ])('notices a planted mistake: %s', (rule, body) => {
    expect(findingsOf(body)).toContain(rule);
  });

  test('finds nothing in a component without mistakes', () => {
    expect(findingsOf('return <p>{text}</p>;')).toContain('Found 0 warnings and 0 errors');
  });
});
