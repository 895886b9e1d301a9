/** How many orders share a wake-up job at most: a job costs little for each of them, and several workers share a sale. */
export const ORDERS_OF_A_JOB = 16;
