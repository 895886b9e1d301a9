/** The part of an answer that promises something. */
interface Answer {
  status: number;
  json: Record<string, unknown>;
}

/** What was sent, and what the answers promised: the half of the proof that is independent of Lockstep. */
export class SentLog {
  /** Attempts, including unanswered ones. */
  sent = 0;
  /** Answers by outcome; `none` if the connection broke. */
  readonly outcomes: Record<string, number> = {};
  /** Events that a 200 said were kept: they must never be lost (P2). */
  readonly acked = new Set<string>();
  slowestMs = 0;
  #before = { sent: 0, acked: 0 };

  /** Starts `since` again from zero: another fault begins. */
  begin(): void {
    this.#before = { sent: this.sent, acked: this.acked.size };
    this.slowestMs = 0;
  }

  get since(): { sent: number; acked: number } {
    return { sent: this.sent - this.#before.sent, acked: this.acked.size - this.#before.acked };
  }

  /** @returns whether it was acknowledged */
  note(answer: Answer | null, ms: number): boolean {
    const outcome = answer ? String(answer.json.outcome) : 'none';
    this.sent += 1;
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    this.slowestMs = Math.max(this.slowestMs, ms);
    if (answer?.status !== 200) return false;
    if (typeof answer.json.event === 'string') this.acked.add(answer.json.event);
    return true;
  }

  count(outcome: string): number {
    return this.outcomes[outcome] ?? 0;
  }
}
