import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { effectsOf } from '../../src/publish/effects-of-blocks.ts';
import { createEffectStore } from '../../src/persist/effect-store.ts';
import { makeSecret } from '../../src/publish/sinks/signature.ts';
import { mintToken } from '../../src/system/tokens.ts';
import { Receiver } from '../publish/receiver.ts';
import { http, type HttpAnswer } from '../support/http.ts';
import { randomEventId } from '../support/waiting-event.ts';
import { JWT_SECRET, ServedDashboard } from './served-dashboard.ts';

const REASON = { reason: 'a test of destinations' };
const TOKEN_KEYS = `test:${'5'.repeat(64)}`;
const SHOP = 'example.myshopify.com';

describe('destinations and effects', () => {
  let dashboard: ServedDashboard;
  let receiver: Receiver;
  let order = 700;
  beforeAll(async () => {
    dashboard = await ServedDashboard.start({ settings: { TOKEN_KEYS } });
    receiver = await Receiver.open();
  });
  afterAll(async () => {
    await dashboard.stop();
    await receiver.close();
  });

  const ask = async (method: string, place: string, body: object): Promise<HttpAnswer> => {
    const text = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1)}`,
      'content-type': 'application/json',
    };
    return http(`${dashboard.url}/api${place}`, { method, headers, body: text });
  };
  const put = (name: string, fields: object = {}) =>
    ask('PUT', `/destinations/${name}`, { url: receiver.url, allowPrivate: true, ...REASON, ...fields });

  /** An effect of an order of its own, in this state. */
  async function effectAt(name: string, state: string): Promise<{ id: string; order: string }> {
    const { destinations, effects } = dashboard.collections;
    const destination = await destinations.findById(name).lean();
    const key = `${SHOP}/${(order += 1)}`;
    const after = { status: 'created', financialStatus: null, fulfillmentStatus: null } as const;
    const change = {
      event: randomEventId(),
      topic: 'orders/create',
      sequence: 1,
      occurredAt: 0,
      before: null,
      after,
    };
    const commit = { _id: key, order: key, version: 1, committedAt: 1, changed: [] };
    const events = [{ ...change, outcome: 'applied' as const }];
    const blocks = [{ _id: 1e6, commits: [{ ...commit, events }] }];
    const [made] = effectsOf(blocks, [destination!], new Date());
    await createEffectStore(dashboard.collections).insert([made!]);
    const isOpen = state !== 'done' && state !== 'skipped';
    await effects.updateOne({ _id: made!._id }, { $set: { state }, ...(!isOpen && { $unset: { open: 1 } }) });
    return { id: made!._id, order: key };
  }
  const stateOf = async (id: string) => (await dashboard.collections.effects.findById(id).lean())?.state;

  test('a new destination has the defaults of the contract, and a secret that is shown once', async () => {
    const { status, json } = await ask('PUT', '/destinations/erp', {
      url: 'https://erp.example.com/h',
      ...REASON,
    });
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({
        name: 'erp',
        kind: 'http',
        url: 'https://erp.example.com/h',
        on: ['*'],
        shops: null,
        filter: null,
        transform: null,
        priority: 'normal',
        concurrency: 10,
        rate: null,
        timeoutMs: 10_000,
        inDoubt: 'repeat',
        allowPrivate: false,
        state: 'active',
        secrets: 1,
        open: { waiting: 0, failing: 0, sleeping: 0, inDoubt: 0, parked: 0, oldestAt: null },
      }),
    ]);
    const secret = String(json.secret);
    expect(secret).toMatch(/^whsec_/);
    for (const place of ['/api/destinations', '/api/destinations/erp', '/api/audit'])
      expect((await dashboard.get(place)).text).not.toContain(secret.slice(6, 20));
    const stored = JSON.stringify(await dashboard.collections.destinations.find().lean());
    expect(stored).not.toContain(secret.slice(6, 20));
  });

  test('a change keeps the secrets unless new ones are given; both sign while they change', async () => {
    const made = String((await put('crm')).json.secret);
    const changed = await put('crm', { on: ['orders/paid'] });
    expect(changed.json).toMatchObject({ on: ['orders/paid'], revision: 2, secrets: 1 });
    expect(changed.json.secret).toBeUndefined();
    await ask('POST', '/destinations/crm/test', REASON);
    const next = makeSecret();
    await put('crm', { secrets: [next, made] });
    const sent = await ask('POST', '/destinations/crm/test', REASON);
    expect(sent.json).toMatchObject({ outcome: 'done', answer: '200', because: null });
    const [first, second] = receiver.received.slice(-2);
    new Webhook(made).verify(first!.text, first!.headers as Record<string, string>);
    for (const secret of [made, next])
      expect(
        new Webhook(secret).verify(second!.text, second!.headers as Record<string, string>),
      ).toMatchObject({
        type: 'lockstep/test',
      });
  });

  test.each<[string, object, string]>([
    ['a file', { url: 'file:///etc/passwd' }, 'url'],
    ['a password in the address', { url: 'https://ada:secret@example.com/' }, 'url'],
    ['no address', { url: 'erp' }, 'url'],
    ['ftp', { url: 'ftp://example.com/' }, 'url'],
    ['an unknown topic', { on: ['orders/paidd'] }, 'on.0'],
    ['an unknown status', { on: ['status:paid'] }, 'on.0'],
    ['a shop that is none', { shops: ['example.com'] }, 'shops.0'],
    ['an expression that is none', { filter: 'type = ' }, 'filter'],
    ['a short secret', { secrets: ['whsec_c2hvcnQ='] }, 'secrets/0'],
    ['three secrets', { secrets: [makeSecret(), makeSecret(), makeSecret()] }, 'secrets'],
    ['no concurrency', { concurrency: 0 }, 'concurrency'],
    ['a rate of 0', { rate: { max: 0, durationMs: 1000 } }, 'rate.max'],
    ['asking without an address for it', { inDoubt: 'ask' }, 'probeUrl'],
    ['no reason', { reason: '' }, 'reason'],
    ['an unknown field', { urll: 'x' }, 'urll'],
  ])('%s is refused, and names the field', async (_, fields, field) => {
    const { status, json } = await put('odd', fields);
    expect([status, String(json.detail)]).toEqual([400, expect.stringContaining(field)]);
    expect((await dashboard.get('/api/destinations/odd')).status).toBe(404);
  });

  test.each(['Erp', 'a b', '-erp', 'x'.repeat(64), 'erp:1', '..'])('%j is not a name', async (name) => {
    expect([400, 404]).toContain((await put(encodeURIComponent(name))).status);
  });

  test('pause and resume', async () => {
    await put('wms');
    const paused = await ask('POST', '/destinations/wms/pause', { reason: 'the warehouse moves' });
    expect(paused.json).toMatchObject({ state: 'paused', because: 'the warehouse moves' });
    const resumed = await ask('POST', '/destinations/wms/resume', REASON);
    expect(resumed.json).toMatchObject({ state: 'active', because: null });
    expect((await ask('POST', '/destinations/none/pause', REASON)).status).toBe(404);
  });

  test('a private address is refused when it is used', async () => {
    await put('inside', { allowPrivate: false });
    const { json } = await ask('POST', '/destinations/inside/test', REASON);
    expect(json).toMatchObject({ outcome: 'refused', because: expect.stringContaining('not public') });
  });

  test('effects are listed by destination, order and state, page by page', async () => {
    await put('list');
    const made = [
      await effectAt('list', 'parked'),
      await effectAt('list', 'done'),
      await effectAt('list', 'parked'),
    ];
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { json } = await dashboard.get(
        `/api/effects?destination=list&limit=1${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...(json.effects as { id: string }[]).map(({ id }) => id));
      cursor = json.cursor as string | null;
    }
    expect(seen.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
    const parked = await dashboard.get('/api/effects?destination=list&state=parked');
    expect((parked.json.effects as object[]).length).toBe(2);
    const one = await dashboard.get(`/api/orders/${made[1]!.order}/effects`);
    expect(one.json.effects).toEqual([
      expect.objectContaining({ id: made[1]!.id, state: 'done', destination: 'list' }),
    ]);
    expect((await dashboard.get('/api/destinations/list')).json.open).toMatchObject({
      parked: 2,
      waiting: 0,
    });
  });

  test('replay: first a dry run, then again from the first attempt; done ones only by id or state', async () => {
    await put('again');
    const [parked, done] = [await effectAt('again', 'parked'), await effectAt('again', 'done')];
    const filter = { destination: 'again' };
    const dry = await ask('POST', '/effects/replay', { filter, dryRun: true, ...REASON });
    expect(dry.json).toMatchObject({ dryRun: true, effects: 1 });
    expect(await stateOf(parked.id)).toBe('parked');
    const replayed = await ask('POST', '/effects/replay', { filter, ...REASON });
    expect(replayed.json).toMatchObject({ dryRun: false, effects: 1 });
    expect([await stateOf(parked.id), await stateOf(done.id)]).toEqual(['waiting', 'done']);
    expect((await ask('POST', '/effects/replay', { ids: [done.id], ...REASON })).json).toMatchObject({
      effects: 1,
    });
    expect(await stateOf(done.id)).toBe('waiting');
    expect(
      (await ask('POST', '/effects/replay', { filter: { destination: 'none' }, ...REASON })).status,
    ).toBe(404);
  });

  test('skip ends what is open, and nothing else', async () => {
    await put('skip');
    const [parked, done] = [await effectAt('skip', 'parked'), await effectAt('skip', 'done')];
    const skipped = await ask('POST', '/effects/skip', { ids: [parked.id, done.id], ...REASON });
    expect(skipped.json).toMatchObject({ effects: 1 });
    expect([await stateOf(parked.id), await stateOf(done.id)]).toEqual(['skipped', 'done']);
  });

  test.each([
    [{}],
    [{ ids: [], ...REASON }],
    [{ ids: ['ef_1'], ...REASON }],
    [{ filter: {}, ...REASON }],
    [{ filter: { destination: 'x' }, ids: [`ef_${'0'.repeat(40)}`], ...REASON }],
    [{ filter: { state: 'lost' }, ...REASON }],
  ])('%j is refused', async (body) => {
    for (const act of ['replay', 'skip'])
      expect((await ask('POST', `/effects/${act}`, body)).status).toBe(400);
  });

  test('deleting a destination skips what was not sent; its effects cannot be replayed', async () => {
    await put('gone');
    const { id } = await effectAt('gone', 'failing');
    const deleted = await ask('DELETE', '/destinations/gone', REASON);
    expect(deleted.json).toEqual({ did: 'deleted; effects that were not sent, and are skipped now: 1' });
    expect(await stateOf(id)).toBe('skipped');
    expect((await dashboard.get('/api/destinations/gone')).status).toBe(404);
    expect((await ask('POST', '/effects/replay', { ids: [id], ...REASON })).status).toBe(404);
  });

  test('without TOKEN_KEYS, a destination with secrets cannot be stored', async () => {
    const without = await ServedDashboard.start();
    const body = JSON.stringify({ url: receiver.url, allowPrivate: true, ...REASON });
    const token = await mintToken(JWT_SECRET, { name: 'test', role: 'admin' }, 1);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await http(`${without.url}/api/destinations/erp`, { method: 'PUT', headers, body });
    await without.stop();
    expect([answer.status, String(answer.json.detail)]).toEqual([503, expect.stringContaining('TOKEN_KEYS')]);
  });
});
