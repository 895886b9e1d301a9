import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A text that was encrypted, and the name of its key. */
export interface Sealed {
  key: string;
  iv: Buffer;
  tag: Buffer;
  text: Buffer;
}

/**
 * Encrypts texts with AES-256-GCM. The key's name is stored with the text, so that keys can change: the first
 * key encrypts, all of them decrypt. `context` is what the text belongs to. A text that was encrypted for one
 * context cannot be decrypted for another.
 */
export interface Cipher {
  /** The name of the key that encrypts. */
  current: string;
  seal: (text: string, context: string) => Sealed;
  /** @throws when its key is missing, or the data was changed */
  open: (sealed: Sealed, context: string) => string;
}

const ALGORITHM = 'aes-256-gcm';
/** The length that GCM is designed for. */
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** @param keys `<name>:<64 hex digits>`, comma-separated (TOKEN_KEYS) */
export function createCipher(keys: string): Cipher {
  const named = keys.split(',').map((each): [string, Buffer] => {
    const [name = '', hex = ''] = each.split(':');
    return [name, Buffer.from(hex, 'hex')];
  });
  const known = new Map(named);
  const [[current, first] = ['', Buffer.alloc(0)]] = named;
  return {
    current,
    seal: (text, context) => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, first, iv).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { key: current, iv, tag: cipher.getAuthTag(), text: sealed };
    },
    open: ({ key, iv, tag, text }, context) => {
      const secret = known.get(key);
      if (!secret) throw new Error(`TOKEN_KEYS does not have the key ${key}, which encrypted ${context}`);
      const decipher = createDecipheriv(ALGORITHM, secret, bytes(iv), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes(tag));
      return Buffer.concat([decipher.update(bytes(text)), decipher.final()]).toString('utf8');
    },
  };
}

/** MongoDB's driver returns its Binary by default. */
function bytes(value: Buffer | { buffer: Uint8Array }): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer);
}
