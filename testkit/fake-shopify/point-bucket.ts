/**
 * A shop's points for one app: they refill continuously, and queries use them (Standard plan: 2000, 100/s).
 */
export interface BucketSize {
  maximum: number;
  restorePerSecond: number;
}

export class PointBucket {
  readonly #size: BucketSize;
  #available: number;
  #at = performance.now();

  constructor(size: BucketSize) {
    this.#size = size;
    this.#available = size.maximum;
  }

  /** @returns false if there are too few: then none are taken */
  take(points: number): boolean {
    this.#refill();
    if (this.#available < points) return false;
    this.#available -= points;
    return true;
  }

  giveBack(points: number): void {
    this.#available = Math.min(this.#size.maximum, this.#available + points);
  }

  /** Emptied, as if another process of the same app had used all points. */
  empty(): void {
    this.#refill();
    this.#available = 0;
  }

  get status(): { maximumAvailable: number; currentlyAvailable: number; restoreRate: number } {
    this.#refill();
    const { maximum, restorePerSecond } = this.#size;
    return {
      maximumAvailable: maximum,
      currentlyAvailable: Math.floor(this.#available),
      restoreRate: restorePerSecond,
    };
  }

  #refill(): void {
    const now = performance.now();
    this.giveBack(((now - this.#at) / 1000) * this.#size.restorePerSecond);
    this.#at = now;
  }
}
