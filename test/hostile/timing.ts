/**
 * Whether two inputs take different times, even on a busy machine. Calls are interleaved, so that other load
 * affects both alike. The slowest third is dropped by one limit for both (interruptions and garbage
 * collection say nothing about the code). Welch's t is computed for each round, and the median of the rounds
 * counts: a single disturbed round decides nothing.
 */
const ROUNDS = 15;
const PAIRS = 12_000;
const KEPT = 2 / 3;

/**
 * The median over rounds of t for (second kind - first kind).
 * @param prepare makes a call's input again each time, so that its place in memory does not depend on its
 *   kind
 */
export function medianT<Seed, Input>(
  seeds: () => readonly [Seed, Seed],
  prepare: (seed: Seed) => Input,
  call: (input: Input) => unknown,
): number {
  const round = () => oneRound(seeds(), (seed) => nanosecondsOf(prepare(seed), call));
  // Compiled and warmed up before measuring.
  round();
  return median(Array.from({ length: ROUNDS }, round));
}

function oneRound<Seed>(seeds: readonly [Seed, Seed], time: (seed: Seed) => number): number {
  const samples = [new Float64Array(PAIRS), new Float64Array(PAIRS)] as const;
  for (let i = 0; i < PAIRS; i += 1) {
    // Which one goes first is random: the second of two finds warmer caches.
    const one = Math.random() < 0.5 ? 0 : 1;
    const other = one === 0 ? 1 : 0;
    samples[one][i] = time(seeds[one]);
    samples[other][i] = time(seeds[other]);
  }
  const all = Float64Array.from([...samples[0], ...samples[1]]).sort();
  const bound = all[Math.floor(all.length * KEPT)] ?? 0;
  return welch(
    samples[1].filter((each) => each <= bound),
    samples[0].filter((each) => each <= bound),
  );
}

function nanosecondsOf<Input>(input: Input, call: (input: Input) => unknown): number {
  const start = process.hrtime.bigint();
  call(input);
  return Number(process.hrtime.bigint() - start);
}

/** Welch's t of two samples whose variances may differ. */
function welch(a: Float64Array, b: Float64Array): number {
  const [one, other] = [momentsOf(a), momentsOf(b)];
  return (one.mean - other.mean) / Math.sqrt(one.variance / a.length + other.variance / b.length);
}

function momentsOf(sample: Float64Array): { mean: number; variance: number } {
  const mean = sample.reduce((sum, each) => sum + each, 0) / sample.length;
  const variance = sample.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (sample.length - 1);
  return { mean, variance };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
