import { lookup, type LookupAddress } from 'node:dns';
import { Socket, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A destination's address is in a private network, or is not a public one for another reason. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress';
  constructor() {
    super('its address is not public; an admin can allow private addresses for this destination');
  }
}

/** All public IPv6 addresses begin with 2 or 3. */
const PUBLIC_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is on the public internet. An IPv6 address that stands for an IPv4 address is judged as that: it
 * would lead to the same machine.
 */
function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.range() === 'unicast' && (address instanceof ipaddr.IPv4 || address.match(PUBLIC_IPV6));
}

/**
 * Resolves a name, and refuses it if any of its addresses is not public. Connections use exactly the addresses that were
 * checked, so a name that resolves differently a moment later changes nothing.
 * @param resolve only tests pass another one
 */
export function publicLookup(resolve: typeof lookup = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return done(error, '', 0);
      const [first] = found;
      if (!first || !found.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateAddress(), '', 0);
      if (options.all) return done(null, found);
      return done(null, first.address, first.family);
    });
  };
}

/** The same, by the resolver of the system. */
export const lookupPublic = publicLookup();

/** A socket for client libraries that connect it themselves. It connects to private addresses only if that is allowed. */
export function tcpSocket(allowPrivate: boolean): Socket {
  const socket = new Socket();
  if (allowPrivate) return socket;
  const connect = socket.connect.bind(socket) as (to: TcpNetConnectOpts) => Socket;
  socket.connect = ((port: number, host: string) =>
    connect({ port, host, lookup: lookupPublic })) as Socket['connect'];
  return socket;
}

/** The same for an address in a URL, which is not resolved. @throws PrivateAddress */
export function assertPublicHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) throw new PrivateAddress();
}

/**
 * The address to connect to, for client libraries that cannot be given a socket or a lookup.
 * @throws PrivateAddress, unless private addresses are allowed; or an error of the lookup
 */
export async function addressOf(hostname: string, allowPrivate: boolean): Promise<string> {
  const look = allowPrivate ? (lookup as LookupFunction) : lookupPublic;
  return await new Promise((resolve, reject) => {
    look(hostname, {}, (error, address) => {
      if (error || typeof address !== 'string') reject(error ?? new Error('one address was asked for'));
      else resolve(address);
    });
  });
}
