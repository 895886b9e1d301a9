/** The most rows that the server accepts by id. */
export const MOST_CHOSEN = 1000;
