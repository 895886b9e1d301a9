import { ORDERS_OF_A_JOB } from '../system/shared-jobs.ts';

/**
 * How many jobs a worker may run at a time, so that together they have about as many orders as it may drain.
 *
 * How many orders a job has is known only when it begins, and BullMQ takes as many jobs as it may before the first one
 * begins. So each job that has not begun counts as one with the most orders. Otherwise an idle worker would take 200 jobs
 * with 3,200 orders, and an order of another shop would wait for all of them.
 */
export class Places {
  readonly #orders: number;
  readonly #onChange: (jobs: number) => void;
  #jobsNow = 0;
  #ordersNow = 0;

  /** @param orders how many may be drained at a time */
  constructor(orders: number, onChange: (jobs: number) => void) {
    this.#orders = orders;
    this.#onChange = onChange;
  }

  /** How many jobs may run now, those that run included. At least one, for an order that is larger than its place. */
  get jobs(): number {
    const free = Math.max(0, this.#orders - this.#ordersNow);
    return Math.max(1, this.#jobsNow + Math.ceil(free / ORDERS_OF_A_JOB));
  }

  begin(orders: number): void {
    this.#change(1, orders);
  }

  /** One order of a job whose other orders are still being drained. */
  endOrder(): void {
    this.#change(0, -1);
  }

  /** @param orders those that have not ended before */
  end(orders: number): void {
    this.#change(-1, -orders);
  }

  #change(jobs: number, orders: number): void {
    this.#jobsNow += jobs;
    this.#ordersNow += orders;
    this.#onChange(this.jobs);
  }
}
