import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hashOf, sealOf, BEGINNING } from '../../src/persist/audit-chain.ts';
import { createAuditLog, checkAudit } from '../../src/persist/audit-log.ts';
import type { AuditDocument } from '../../src/persist/audit-schema.ts';
import { AuditSigner, type Head } from '../../src/persist/audit-signer.ts';
import type { Collections } from '../../src/persist/collections.ts';
import { silent } from '../support/in-process.ts';
import { ACT, openAudit, writeActs } from '../support/open-audit.ts';

const SECRET = 'a-jwt-secret-for-tests-of-32-characters';
/** The attacker can write to MongoDB but does not have the key. */
describe('the audit log is signed', () => {
  let close: () => Promise<void>;
  let audit: Collections['audit'];
  let logged: Record<string, unknown>[] = [];
  beforeAll(async () => {
    ({ audit, close } = await openAudit());
  });
  beforeEach(async () => {
    await audit.deleteMany({});
    logged = [];
  });
  afterAll(() => close());

  const log = pino(
    { level: 'info' },
    { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  );
  /** A dashboard that has just started, without the memory of an earlier one. */
  const signerOf = (secret = SECRET) => new AuditSigner(audit, secret, log);
  /** Writes entries as any program does, without the key. */
  const written = (acts: number) => writeActs(audit, acts);
  const checked = async (signer: AuditSigner, head: Head | null = null) => {
    await signer.sign();
    const { entries, brokenAt, signedFrom } = await checkAudit(audit, signer, head);
    return { entries, brokenAt, signedFrom };
  };
  const headOf = async (): Promise<Head> => {
    const last = await audit.findOne().sort({ _id: -1 }).lean<AuditDocument>();
    return { number: last!._id, hash: last!.hash };
  };
  /** Rewrites the whole chain as an attacker would, with valid hashes and seals. */
  const writtenAgain = async (change: Partial<AuditDocument>) => {
    let before = BEGINNING;
    for (const entry of await audit.find().sort({ _id: 1 }).lean<AuditDocument[]>()) {
      const { signed: _, ...said } = { ...entry, ...change };
      const hash = hashOf(said, before);
      const sealed = sealOf(hash, said.outcome, said.detail);
      await audit.collection.replaceOne({ _id: entry._id as never }, { ...said, hash, sealed });
      before = hash;
    }
  };
  /** Changes the outcome of one entry, with a valid seal. */
  const endedOtherwise = async (number: number, change: object) => {
    const entry = (await audit.findById(number).lean<AuditDocument>())!;
    const sealed = sealOf(entry.hash, 'refused', entry.detail);
    const $set = { outcome: 'refused', sealed, ...change };
    await audit.collection.updateOne({ _id: number as never }, { $set });
  };

  test('entries of any program are signed when they begin, and again when they have ended', async () => {
    const signer = signerOf();
    await signer.sign();
    const acting = createAuditLog(audit, silent);
    const number = await acting.begin(ACT);
    await written(2);
    expect(await checked(signer)).toEqual({ entries: 3, brokenAt: null, signedFrom: 1 });
    await acting.end(number, 'done', 'late');
    expect(await checked(signer)).toEqual({ entries: 3, brokenAt: null, signedFrom: 1 });
    expect(await checked(signerOf())).toEqual({ entries: 3, brokenAt: null, signedFrom: 1 });
  });

  test.each<[string, object]>([
    ['its old signature', {}],
    ['no signature', { signed: null }],
    ['a signature with another key', { signed: `00000000:${'ab'.repeat(32)}` }],
  ])('a changed outcome with a valid seal and %s is detected, and not signed', async (_what, change) => {
    const first = signerOf();
    await first.sign();
    await written(5);
    await first.sign();
    await endedOtherwise(3, change);
    for (const signer of [first, signerOf()])
      expect(await checked(signer)).toMatchObject({ entries: 5, brokenAt: 3 });
  });

  test('an entry with a value of another kind is not read again and again: signing stops', async () => {
    const signer = signerOf();
    await written(1);
    await signer.sign();
    const number = await createAuditLog(audit, silent).begin(ACT);
    await audit.collection.updateOne({ _id: number as never }, { $set: { detail: 0 } });
    expect(await checked(signer)).toMatchObject({ entries: 2, brokenAt: 2 });
    expect(logged).toContainEqual(expect.objectContaining({ msg: expect.stringContaining('was changed') }));
  });

  test('a rewritten chain is detected while the process runs, and later by comparison with the log', async () => {
    await written(4);
    const signer = signerOf();
    await signer.sign();
    const head = await headOf();
    await writtenAgain({ who: 'eve' });
    expect(await checked(signer)).toMatchObject({ brokenAt: 4 });
    expect(logged.map(({ msg }) => msg)).toContainEqual(expect.stringContaining('truncated or rewritten'));
    expect(await audit.countDocuments({ signed: { $ne: null } })).toBe(0);
    expect(await checked(signerOf(), head)).toMatchObject({ brokenAt: 4 });
  });

  test('missing newest entries are detected while the process runs, and later by comparison with the log', async () => {
    await written(5);
    const signer = signerOf();
    await signer.sign();
    const head = await headOf();
    await audit.deleteMany({ _id: { $gt: 2 } });
    expect(await checked(signer)).toMatchObject({ entries: 2, brokenAt: 3 });
    expect(await checked(signerOf())).toMatchObject({ entries: 2, brokenAt: null });
    expect(await checked(signerOf(), head)).toMatchObject({ entries: 2, brokenAt: 3 });
  });

  test('the newest entry is logged once', async () => {
    const signer = signerOf();
    await signer.start();
    await written(2);
    await signer.sign();
    await signer.stop();
    await signer.stop();
    const { number: entry, hash } = await headOf();
    expect(logged.filter(({ msg }) => msg === 'newest audit entry')).toMatchObject([{ entry, hash }]);
  });

  test('older entries are checked by the chain only; from the first signed one on, all are signed', async () => {
    await written(3);
    const signer = signerOf();
    expect(await checked(signer)).toEqual({ entries: 3, brokenAt: null, signedFrom: 3 });
    expect(logged).toMatchObject([{ msg: expect.stringContaining('from this entry on'), entry: 3 }]);
    await written(2);
    expect(await checked(signer)).toEqual({ entries: 5, brokenAt: null, signedFrom: 3 });
    await audit.collection.updateOne({ _id: 2 as never }, { $set: { who: 'eve' } });
    expect(await checked(signer)).toMatchObject({ brokenAt: 2 });
  });

  test('after a change of OPS_JWT_SECRET, the newest entry is the first with the new key', async () => {
    await written(3);
    await signerOf().sign();
    const changed = signerOf('another-jwt-secret-of-at-least-32-characters');
    expect(await checked(changed)).toEqual({ entries: 3, brokenAt: null, signedFrom: 3 });
    await written(2);
    expect(await checked(changed)).toEqual({ entries: 5, brokenAt: null, signedFrom: 3 });
    await endedOtherwise(4, {});
    expect(await checked(changed)).toMatchObject({ brokenAt: 4 });
  });

  test('two dashboards make the same signatures', async () => {
    const signers = [signerOf(), signerOf()];
    for (let round = 0; round < 5; round += 1)
      await Promise.all([written(3), ...signers.map((signer) => signer.sign())]);
    for (const signer of signers)
      expect(await checked(signer)).toMatchObject({ entries: 15, brokenAt: null });
  });
});
