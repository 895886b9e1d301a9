import type { DestinationDocument } from '../persist/destination-schema.ts';
import type { Cipher, Sealed } from '../system/cipher.ts';

/** Encrypts a destination's secrets. One that belongs to another destination cannot be decrypted for this one. */
export function sealSecrets(name: string, secrets: readonly string[], cipher: Cipher): Sealed[] {
  return secrets.map((secret) => cipher.seal(secret, contextOf(name)));
}

/** @throws Error in words, if they cannot be decrypted */
export function openSecrets(
  { _id, secrets }: Pick<DestinationDocument, '_id' | 'secrets'>,
  cipher: Cipher | null,
): string[] {
  if (secrets.length > 0 && !cipher)
    throw new Error('TOKEN_KEYS is not set: its secrets cannot be decrypted');
  return cipher ? secrets.map((sealed) => cipher.open(sealed, contextOf(_id))) : [];
}

function contextOf(name: string): string {
  return `destination ${name}`;
}
