import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { Cipher, Sealed } from '../system/cipher.ts';
import type { OpenedSecrets } from './sinks/sink.ts';

/** Encrypts a destination's secrets. One that belongs to another destination cannot be decrypted for this one. */
export function sealSecrets(name: string, secrets: readonly string[], cipher: Cipher): Sealed[] {
  return secrets.map((secret) => cipher.seal(secret, contextOf(name)));
}

/** @throws Error in words, if they cannot be decrypted */
export function openSecrets(
  { _id, secrets, credentials }: Pick<DestinationDocument, '_id' | 'secrets' | 'credentials'>,
  cipher: Cipher | null,
): OpenedSecrets {
  const open = (sealed: Sealed) => {
    if (!cipher) throw new Error('TOKEN_KEYS is not set: its secrets cannot be decrypted');
    return cipher.open(sealed, contextOf(_id));
  };
  return { secrets: secrets.map(open), credentials: credentials ? open(credentials) : null };
}

function contextOf(name: string): string {
  return `destination ${name}`;
}
