import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';

/**
 * Statements about a period, signed with Ed25519. Like the key of the audit log, the key is derived from
 * OPS_JWT_SECRET. A signature proves that someone with that secret made the statement, and that it was not changed. It
 * does not prove that the numbers are right: anyone who can write to MongoDB can have the dashboard sign other numbers.
 * The file contains its public key, but anyone can put their own into a file: take the key from a trusted source.
 */
const count = z.number().int().min(0);
const date = z.iso.date();

const completenessStatement = z.strictObject({
  statement: z.literal('lockstep completeness 1'),
  check: z.uuid(),
  shop: z.string(),
  from: date.describe('first day'),
  to: date.describe('last day'),
  zone: z.string().describe("the shop's time zone, in which the days begin"),
  here: count.describe('orders created in the period that are not deleted, test orders included'),
  atShopify: count.describe('the same at Shopify'),
  deletedHere: count.describe('orders of the period that are deleted; not in `here`'),
  testHere: count.describe('test orders; also in `here`'),
  testAtShopify: count.describe('test orders; also in `atShopify`'),
  differingDays: count.describe('days on which the numbers differ'),
  comparedAt: z.iso.datetime(),
  by: z.string().describe('the program that signed it, with its version'),
});
export type CompletenessStatement = z.infer<typeof completenessStatement>;

export const signedStatement = z.strictObject({
  statement: completenessStatement,
  signature: z.strictObject({
    algorithm: z.literal('Ed25519'),
    key: z.string().describe('the first 16 hex digits of the SHA-256 of the public key'),
    publicKey: z.string().describe('SPKI, base64'),
    signed: z.string().describe('the signature of the statement as JSON with sorted keys, base64'),
  }),
});
export type SignedStatement = z.infer<typeof signedStatement>;

export interface StatementSigner {
  key: string;
  publicKey: string;
  sign: (statement: CompletenessStatement) => SignedStatement;
}

export function createStatementSigner(opsJwtSecret: string): StatementSigner {
  const seed = Buffer.from(hkdfSync('sha256', opsJwtSecret, '', 'lockstep statements', 32));
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = spkiOf(createPublicKey(privateKey));
  const key = keyIdOf(publicKey);
  return {
    key,
    publicKey,
    sign: (statement) => {
      const signed = sign(null, signedBytes(statement), privateKey).toString('base64');
      return { statement, signature: { algorithm: 'Ed25519', key, publicKey, signed } };
    },
  };
}

/** What precedes the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Whether a statement was signed with this public key (SPKI, base64). */
export function isSignedWith({ statement, signature }: SignedStatement, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(null, signedBytes(statement), key, Buffer.from(signature.signed, 'base64'));
  } catch {
    return false;
  }
}

export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

/** JSON with sorted keys and without spaces, as `jq -cjS .statement` prints it: formatting the file changes nothing. */
function signedBytes(statement: CompletenessStatement): Buffer {
  const sorted = Object.entries(statement).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(Object.fromEntries(sorted)));
}

function spkiOf(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}
