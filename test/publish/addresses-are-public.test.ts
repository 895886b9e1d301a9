import type { lookup } from 'node:dns';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PrivateAddress, publicLookup } from '../../src/publish/sinks/public-address.ts';
import { openHttpSink } from '../../src/publish/sinks/http-sink.ts';
import { httpDestinationOf, messageOf, NO_SECRETS } from './publishing.ts';
import { Receiver } from './receiver.ts';

const REFUSED = { outcome: 'refused', answer: 'private address' };

/** What an address of a destination must not lead to, unless an admin allows it. */
const PRIVATE = [
  '127.0.0.1',
  '127.8.9.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.1',
  '[::1]',
  '[::]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:db8::1]',
  'localhost',
];

describe('destinations on the public internet', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.open();
  });
  afterAll(() => receiver.close());

  const sent = async (url: string, allowPrivate = false) => {
    const sink = openHttpSink(httpDestinationOf({ url, allowPrivate }), NO_SECRETS);
    try {
      return await sink.send(messageOf('{}'), AbortSignal.timeout(2000));
    } finally {
      await sink.close();
    }
  };

  test.each(PRIVATE)('%s is refused', async (host) => {
    const { port } = new URL(receiver.url);
    expect(await sent(`http://${host}:${port}/`)).toMatchObject(REFUSED);
    expect(receiver.received).toEqual([]);
  });

  test.each([
    [['127.0.0.1'], false],
    [['93.184.216.34', '10.0.0.1'], false],
    [['::1', '93.184.216.34'], false],
    [[], false],
    [['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'], true],
  ])('a name with the addresses %j is accepted: %j', async (addresses, isAccepted) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const resolve = ((_name: string, _options: object, done: (error: null, all: object[]) => void) =>
      done(null, found)) as unknown as typeof lookup;
    const answer = await new Promise((done) =>
      publicLookup(resolve)('name.example', { all: true }, (error, all) => done(error ?? all)),
    );
    expect(answer).toEqual(isAccepted ? found : new PrivateAddress());
  });

  test('an admin can allow private addresses', async () => {
    expect(await sent(receiver.url, true)).toEqual({ outcome: 'done', answer: '200' });
  });
});
