import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ServedIngest, SHOP } from './served-ingest.ts';

const FIXTURES = path.resolve(import.meta.dirname, '..', '..', '..', 'shared', 'fixtures');

/** Samples that name no order and are not about the shop. All others are accepted. */
const WITHOUT_ORDER = [
  'checkouts/create',
  'checkouts/update',
  'draft_orders/create',
  'fulfillment_orders/cancelled',
  'inventory_levels/update',
];
const expectedFor = (topic: string) => (WITHOUT_ORDER.includes(topic) ? 'ignored' : 'accepted');

interface Manifest {
  file: string;
  headers: Record<string, string>;
}
const inFolder = (folder: string) => path.join(FIXTURES, folder);

(existsSync(FIXTURES) ? describe : describe.skip)("Shopify's own samples, signed", () => {
  let ingest: ServedIngest;
  beforeAll(async () => {
    ingest = await ServedIngest.start();
  });
  afterAll(() => ingest.stop());

  test('the documented ones: accepted if they name an order, ignored otherwise, with exact ids', async () => {
    const files = readdirSync(inFolder('docs'));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) {
      const topic = path.basename(file, '.json').replaceAll('__', '/');
      const { status, json } = await ingest.send(readFileSync(path.join(inFolder('docs'), file)), { topic });
      expect({ topic, status, outcome: json.outcome }).toEqual({
        topic,
        status: 200,
        outcome: expectedFor(topic),
      });
    }
    // Webhooks about the shop go to '-'.
    const ids = ['-', '4783296544821', '820982911946154508'];
    const mailboxes = await ingest.redis.keys('lockstep:{0}:mailbox:*');
    expect(mailboxes.toSorted()).toEqual(ids.map((id) => `lockstep:{0}:mailbox:${SHOP}/${id}`));
  });

  test('the life cycles of two orders, sent twice: accepted once, then duplicates', async () => {
    const folder = inFolder('lifecycle');
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as Manifest[];
    expect(manifest.length).toBeGreaterThan(10);
    for (const again of [false, true])
      for (const { file, headers: given } of manifest) {
        const headers = Object.fromEntries(
          Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
        );
        const { status, json } = await ingest.send(readFileSync(path.join(folder, file)), { headers });
        const first = expectedFor(headers['x-shopify-topic'] ?? '');
        const outcome = again && first === 'accepted' ? 'duplicate' : first;
        expect({ file, status, outcome: json.outcome }).toEqual({ file, status: 200, outcome });
      }
  });
});
