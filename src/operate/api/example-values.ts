/** What the examples of the API's document have in common: one order, and what happened to it. */

export const SHOP = 'example.myshopify.com';
export const ORDER_ID = '5820193456789';
export const ORDER = `${SHOP}/${ORDER_ID}`;
export const EVENT = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
export const WEBHOOK_ID = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';
export const WORKER = 'worker-1:4711';
export const TOKEN_ID = '0123456789abcdef';
export const RUN_ID = '3f2b8c1e-6f0d-4c8e-9a51-2d7c0e4b9f10';
export const REASON = 'the product was corrected in the shop';
/** Times, in sequence. */
export const [CREATED, SENT, RECEIVED, APPLIED, LATER] = [
  '2026-11-27T09:00:00.000Z',
  '2026-11-27T09:00:00.412Z',
  '2026-11-27T09:00:01.020Z',
  '2026-11-27T09:00:01.180Z',
  '2026-11-27T21:00:00.000Z',
] as const;
