import { describe, expect, test } from '@jest/globals';
import { reportHtml } from '../../load-tests/report/html.ts';
import { NOT_MEASURED } from '../../load-tests/report/not-measured.ts';
import { reportTable } from '../../load-tests/report/table.ts';
import type { LoadTestRun, Sample } from '../../load-tests/report/run.ts';

function sampleAt(second: number): Sample {
  return {
    second,
    sent: second * 1200,
    acked: second * 1199,
    applied: second * 1100,
    waiting: second * 99,
    ackP50Ms: 9.5,
    ackP99Ms: 61.7,
    lockHeldMs: 7.1,
    commitMs: 3.2,
  };
}

function run(changes: Partial<LoadTestRun> = {}): LoadTestRun {
  return {
    command: 'npm run flash-sale -- --orders 5000',
    startedAt: '2026-11-27T00:00:04.118Z',
    machine: {
      cores: 2,
      cpu: 'A processor',
      memoryGiB: 16,
      system: 'Linux 6.8',
      node: 'v24.21.0',
      redis: '8.4.0',
      mongodb: 'an engine 0.1.1',
      lockstep: '5c1be94',
      settings: ['WORKER_CONCURRENCY=20', 'LOCK_TTL_MS=15000'],
    },
    plan: {
      orders: 5000,
      shops: 3,
      topics: ['orders/create', 'orders/paid'],
      events: 57_000,
      duplicates: 5988,
      shuffled: 6300,
      connections: 64,
      rate: 1200,
      bodyBytes: { smallest: 412, p50: 5210, p90: 18_420, largest: 131_072, mean: 7933 },
    },
    sent: 63_000,
    answers: { '200 accepted': 57_000, '200 duplicate': 5988, 'no answer': 12 },
    sentAgain: 12,
    seconds: { sending: 52.5, draining: 4.21 },
    acksPerSecond: 1199,
    appliedPerSecond: 1004,
    ack: {
      corrected: true,
      p50Ms: 9.81,
      p90Ms: 22.4,
      p99Ms: 61.7,
      p999Ms: 812,
      maxMs: 1035,
      bars: [
        { upToMs: 10, count: 32_347 },
        { upToMs: 100, count: 30_340 },
        { upToMs: 1000, count: 313 },
      ],
    },
    times: {
      'received to applied': { count: 60_000, meanMs: 41.5, p50Ms: 50, p99Ms: 250 },
      'lock wait': { count: 41_230, meanMs: 0.41, p50Ms: 0.5, p99Ms: 5 },
      'lock held': { count: 41_230, meanMs: 7.12, p50Ms: 10, p99Ms: 25 },
      commit: { count: 41_229, meanMs: 3.5, p50Ms: 5, p99Ms: 11 },
    },
    samples: [1, 2, 3].map(sampleAt),
    promises: [
      { id: 'P1', claim: 'None is lost', kept: true, figures: '0 of 57,000 lost' },
      { id: 'P4', claim: 'All in sequence', kept: true, figures: '0 inversions' },
    ],
    verdict: { kept: true, sentence: 'Nothing lost, nothing twice, nothing out of sequence.' },
    ...changes,
  };
}

const BROKEN = run({
  promises: [
    { id: 'P1', claim: 'None is lost', kept: true, figures: '0 of 57,000 lost' },
    { id: 'P4', claim: 'All in sequence', kept: false, figures: '2 inversions' },
  ],
  verdict: { kept: false, sentence: 'P4 is broken.' },
});

const NOTHING_HAPPENED = run({
  sent: 0,
  answers: {},
  samples: [],
  promises: [],
  acksPerSecond: NaN,
  ack: { corrected: false, p50Ms: NaN, p90Ms: NaN, p99Ms: NaN, p999Ms: NaN, maxMs: NaN, bars: [] },
  times: { 'received to applied': null, 'lock wait': null, 'lock held': null, commit: null },
});

/** Replaces every number in it by one that occurs nowhere else, and every text likewise. */
function distinct(value: unknown, seen: string[]): unknown {
  const next = 2003 + 17 * seen.length;
  if (typeof value === 'number') {
    seen.push(next.toLocaleString('en'));
    return next;
  }
  if (typeof value === 'string') {
    seen.push(`text ${next}.`);
    return `text ${next}.`;
  }
  if (Array.isArray(value)) return value.map((each) => distinct(each, seen));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, distinct(each, seen)]));
}

/** The visible text, without attributes and styles. */
function readable(html: string): string {
  return html.replace(/<style>[^]*?<\/style>/g, '').replace(/<[^>]+>/g, '\n');
}

describe('reportHtml', () => {
  test('contains every figure and every text of the run', () => {
    const { samples, ...rest } = run();
    const seen: string[] = [];
    const whole = distinct(rest, seen) as LoadTestRun;
    // The last bar has no upper end: it contains the rest.
    const end = whole.ack.bars.at(-1)?.upToMs.toLocaleString('en');
    const expected = seen.filter((text) => text !== end);
    const html = readable(reportHtml({ ...whole, samples: distinct(samples, expected) as Sample[] }));

    expect(expected.length).toBeGreaterThan(80);
    expect(expected.filter((text) => !html.includes(text))).toEqual([]);
  });

  test('figures are written with their units', () => {
    const html = readable(reportHtml(run()));
    for (const text of ['63,000', '1,199/s', '9.81 ms', '1,035 ms', '4.21 s', '18,420 bytes', '90.48%'])
      expect(html).toContain(text);
    for (const label of ['≤ 10 ms', '≤ 100 ms', '&gt; 100 ms']) expect(html).toContain(label);
  });

  test('typed or received text is shown and not interpreted', () => {
    const evil = `<script>alert("1")</script><img src='x' onerror=alert(1)>&amp;`;
    const html = reportHtml(
      run({
        command: evil,
        startedAt: evil,
        answers: { [evil]: 1 },
        machine: { ...run().machine, cpu: evil, settings: [evil] },
        plan: { ...run().plan, topics: [evil] },
        promises: [{ id: evil, claim: evil, kept: true, figures: evil }],
        verdict: { kept: true, sentence: evil },
      }),
    );
    expect(html).not.toMatch(/<script|<img|"1"/);
    expect(readable(html)).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=&#39;x&#39; onerror=alert(1)&gt;&amp;amp;',
    );
  });

  test('makes no requests: no script, no URL', () => {
    const html = reportHtml(run()).replaceAll('xmlns="http://www.w3.org/2000/svg"', '');
    expect(html).not.toMatch(/https?:|\b(src|href|srcset|style|on\w+)=|url\(|@import|<(script|link|iframe)/i);
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:;`,
    );
  });

  test('the parts are in order', () => {
    const html = reportHtml(run());
    const parts = [
      'class="verdict',
      'promises',
      'Key figures',
      'Latencies',
      'Over time',
      'Answers',
      'The plan',
    ]
      .concat(['Machine and versions', 'Command', 'What this does not measure'])
      .map((text) => (text.startsWith('class') ? text : `${text}</h2>`));
    const places = parts.map((part) => html.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const text of NOT_MEASURED) expect(html).toContain(text.replaceAll("'", '&#39;'));
  });

  test('a broken promise is prominent', () => {
    const html = reportHtml(BROKEN);
    expect(html).toMatch(/class="verdict broken"><b>✗ broken<\/b> P4 is broken\./);
    expect(html).toMatch(/<tr class="broken"><th scope="row">P4<\/th><td class="state">✗ broken/);
    expect(html).toMatch(/<tr class="kept"><th scope="row">P1<\/th><td class="state">✓ kept/);
    expect(html).toMatch(/<title>[^<]*promises broken<\/title>/);
  });

  test('a verdict does not override a broken promise', () => {
    const html = reportHtml({ ...BROKEN, verdict: { kept: true, sentence: 'All is well.' } });
    expect(html).toContain('class="verdict broken"');
    expect(html).not.toContain('class="verdict kept"');
  });

  test('says whether latencies were corrected for coordinated omission', () => {
    expect(reportHtml(run())).toContain('<p>Corrected for coordinated omission');
    expect(reportHtml(NOTHING_HAPPENED)).toContain('<p>Not corrected for coordinated omission');
  });

  test('a run in which nothing happened still has a report', () => {
    const html = reportHtml(NOTHING_HAPPENED);
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(html).toContain('nothing was measured');
    expect(html).toContain('not measured</td>');
  });

  test('each line is drawn from its own field', () => {
    const sample = distinct(sampleAt(1), []) as Sample;
    const html = reportHtml(run({ samples: [sample] }));
    const texts = [
      `sent ${sample.sent.toLocaleString('en')}, acked ${sample.acked.toLocaleString('en')}, applied ${sample.applied.toLocaleString('en')}`,
      `waiting ${sample.waiting.toLocaleString('en')}`,
      `p50 ${sample.ackP50Ms?.toLocaleString('en')}, p99 ${sample.ackP99Ms?.toLocaleString('en')}`,
      `lock held ${sample.lockHeldMs?.toLocaleString('en')}, commit ${sample.commitMs?.toLocaleString('en')}`,
    ];
    for (const text of texts)
      expect(html).toContain(`<title>seconds since the first webhook 2,003: ${text}</title>`);
  });

  test('charts have a role and describe what they show', () => {
    const charts = reportHtml(run()).match(/<svg [^>]*>/g) ?? [];
    expect(charts).toHaveLength(10);
    for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]{20,}"/);
    expect(charts.join()).toContain('sent between 1,200 and 3,600, at the end 3,600');
  });
});

describe('reportTable', () => {
  test('contains figures, and the verdict last', () => {
    const text = reportTable(run());
    for (const figure of ['63,000', '1,199/s', '9.81 ms', '812 ms', '1,035 ms', '4.21 s', '5,988', '41,229'])
      expect(text).toContain(figure);
    expect(text).toMatch(/^ {2}P1 {2}kept {2}None is lost {5}0 of 57,000 lost$/m);
    expect(text.split('\n').at(-1)).toBe('Nothing lost, nothing twice, nothing out of sequence.');
  });

  test('a broken promise shows', () => {
    const text = reportTable(BROKEN);
    expect(text).toMatch(/^ {2}P4 {2}BROKEN {2}All in sequence {2}2 inversions$/m);
    expect(text).toMatch(/^ {2}P1 {2}kept {4}None is lost/m);
    expect(text.split('\n').at(-1)).toBe('P4 is broken.');
  });

  test('numbers are right-aligned', () => {
    const lines = reportTable(run()).split('\n');
    const answers = lines.filter((line) => /accepted|duplicate |no answer/.test(line));
    expect(answers).toEqual([
      '  200 accepted   57,000  90.48%',
      '  200 duplicate   5,988   9.50%',
      '  no answer          12   0.02%',
    ]);
  });

  test('text from elsewhere does not control the terminal', () => {
    const text = reportTable(run({ answers: { '200 \u001B[2J\n\u0007accepted': 1 } }));
    expect(text).toContain('200  [2J accepted');
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('a run in which nothing happened still has a table', () => {
    expect(reportTable(NOTHING_HAPPENED)).not.toMatch(/NaN|Infinity|undefined|null/);
  });
});
