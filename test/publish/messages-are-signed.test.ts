import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  makeSecret,
  secretProblem,
  signatureHeaders,
  signingKey,
} from '../../src/publish/sinks/signature.ts';

const MESSAGE = { id: 'ef_1', text: '{"type":"orders/paid","name":"Zoë 😀"}' };

describe('signatures', () => {
  test('the library of Standard Webhooks accepts ours, with each of two secrets', () => {
    const [older, newer] = [makeSecret(), makeSecret()];
    const headers = signatureHeaders(MESSAGE, [newer, older].map(signingKey), Date.now());
    for (const secret of [older, newer])
      expect(new Webhook(secret).verify(MESSAGE.text, headers)).toEqual(JSON.parse(MESSAGE.text));
  });

  test('it refuses another secret, another body, another id and another time', () => {
    const secret = makeSecret();
    const headers = signatureHeaders(MESSAGE, [signingKey(secret)], Date.now());
    const refused = (webhook: Webhook, text: string, changed: object) =>
      expect(() => webhook.verify(text, { ...headers, ...changed })).toThrow('No matching signature found');
    refused(new Webhook(makeSecret()), MESSAGE.text, {});
    refused(new Webhook(secret), MESSAGE.text.replace('paid', 'cancelled'), {});
    refused(new Webhook(secret), MESSAGE.text, { 'webhook-id': 'ef_2' });
    refused(new Webhook(secret), MESSAGE.text, {
      'webhook-timestamp': String(Math.floor(Date.now() / 1000) + 1),
    });
  });

  test.each([
    ['without its prefix', randomBytes(32).toString('base64'), 'must start with whsec_'],
    ['of 23 bytes', `whsec_${randomBytes(23).toString('base64')}`, 'must be 24 to 64 bytes in base64'],
    ['of 65 bytes', `whsec_${randomBytes(65).toString('base64')}`, 'must be 24 to 64 bytes in base64'],
    ['with other characters', `whsec_${'ä'.repeat(40)}`, 'is not base64'],
    ['that is empty', 'whsec_', 'must be 24 to 64 bytes in base64'],
    ['of 24 bytes', `whsec_${randomBytes(24).toString('base64')}`, null],
    ['of 64 bytes', `whsec_${randomBytes(64).toString('base64')}`, null],
    ['that was made here', makeSecret(), null],
  ])('a secret %s', (_, secret, problem) => expect(secretProblem(secret)).toBe(problem));
});
