import { EFFECT_FINDINGS, FINDINGS, sumOfEffects } from '../system/findings.ts';
import type { SystemStatus } from '../operate/shapes/system.ts';
import type { VerifiedPage } from '../operate/shapes/verify.ts';

/** Reads all pages of /verify and adds them up. */
export async function verifyAll(
  filter: { shop?: string; since?: string },
  ask: (place: string) => Promise<VerifiedPage>,
): Promise<VerifiedPage> {
  const pageAt = (cursor: string | null) =>
    ask(`/verify?${new URLSearchParams({ ...filter, ...(cursor === null ? {} : { cursor }) }).toString()}`);
  let sum = await pageAt(null);
  while (sum.cursor !== null) {
    const page = await pageAt(sum.cursor);
    const counts = COUNTS.map((name) => [name, sum[name] + page[name]]);
    const effects = sumOfEffects(sum.effects, page.effects);
    sum = { ...page, ...Object.fromEntries(counts), wrong: [...sum.wrong, ...page.wrong], effects };
  }
  return sum;
}

const COUNTS = ['orders', 'events', 'moving', 'tooOld', 'tooLarge', ...FINDINGS] as const;

/** Whether there are no findings. */
export function isRight(verified: VerifiedPage): boolean {
  return FINDINGS.every((name) => verified[name] === 0) && areEffectsRight(verified);
}

function areEffectsRight({ effects }: VerifiedPage): boolean {
  return EFFECT_FINDINGS.every((name) => effects[name] === 0);
}

/**
 * The result as text for a terminal.
 * @param status figures of all shops; null if only one shop was verified
 */
export function verifiedText(verified: VerifiedPage, status: SystemStatus | null): string {
  const rows: [string, number | null][] = [
    ['orders', verified.orders],
    ['events', verified.events],
    ['applied twice', verified.appliedTwice],
    ['inversions', verified.inversions],
    ['wrong states', verified.wrongState],
    ['unexplained', verified.unexplained],
    ['damaged', verified.damaged],
    ['still changing', verified.moving],
    ['too old', verified.tooOld],
    ['too large', verified.tooLarge],
    ['effects', verified.effects.checked],
    ['missing', verified.effects.missing],
    ['twice', verified.effects.twice],
    ['out of order', verified.effects.outOfSequence],
    ['stuck', verified.effects.stuck],
  ];
  if (status)
    rows.push(['waiting', status.waitingEvents], ['parked', status.parked], ['spooled', status.spooled]);
  const wrong = [...verified.wrong.flatMap(wrongLines), ...verified.effects.wrong.map(effectLine)];
  const head = headline(verified);
  const table = rows.map(([name, count]) => `${name.padEnd(15)}${count ?? '?'}`);
  return [head, ...wrong, '', ...table].join('\n');
}

function wrongLines({ order, findings, differences, damage }: VerifiedPage['wrong'][number]): string[] {
  const found = FINDINGS.filter((name) => findings[name] > 0).map((name) => `${name} ${findings[name]}`);
  const damaged = damage.map((words) => `      ${words}`);
  return [`  ${order}  ${found.join(', ')}`, ...damaged, ...differenceLines(differences)];
}

const EFFECT_WORDS = {
  missing: 'has no effect',
  twice: 'has a second effect',
  outOfSequence: 'was done before an earlier one',
  stuck: 'has not ended, and will not be sent',
} as const satisfies Record<(typeof EFFECT_FINDINGS)[number], string>;

function effectLine({
  what,
  destination,
  order,
  event,
  effect,
}: VerifiedPage['effects']['wrong'][number]): string {
  const named = [event && `event ${event}`, effect].filter(Boolean).join(', ');
  return `  ${order}  at ${destination}: ${named} ${EFFECT_WORDS[what]}`;
}

/** Differing fields, one a line; also used for what a rebuild would change. */
export function differenceLines(differences: VerifiedPage['wrong'][number]['differences']): string[] {
  return differences.map(
    ({ field, stored, rebuilt }) =>
      `      ${field}: stored ${stored ?? 'nothing'}, rebuilt ${rebuilt ?? 'nothing'}`,
  );
}

const REPAIR = '`ops order rebuild <order>` shows what a rebuild from the journal would change';

function headline(verified: VerifiedPage): string {
  const areOrdersRight = FINDINGS.every((name) => verified[name] === 0);
  if (areOrdersRight && !areEffectsRight(verified))
    return 'Every order matches its journal, but some effects do not:';
  if (!areOrdersRight) return `Some orders do not match their journals; ${REPAIR}:`;
  return verified.moving > 0
    ? 'No errors found, but some orders changed during the check: verify again.'
    : 'Every order matches its journal.';
}
