import type { Request } from 'express';

/**
 * Whether one of our own pages sent the request. Browsers say so in Sec-Fetch-Site, older ones in Origin or,
 * for reads, in Referer; other programs send none of these. The port is part of an origin: another program on
 * this host is another origin.
 */
export function isOwnPage({ headers }: Request): 'yes' | 'no' | 'unknown' {
  const site = headers['sec-fetch-site'];
  // none: the person entered the address.
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'yes' : 'no';
  const from = headers.origin ?? headers.referer;
  if (from === undefined) return 'unknown';
  return URL.canParse(from) && new URL(from).host === headers.host ? 'yes' : 'no';
}

/**
 * Whether the browser used https, perhaps to a proxy in front of us. Trusting the header is harmless here: a
 * client that sends it falsely gets a cookie that its own http page cannot use.
 */
export function cameByHttps(request: Request): boolean {
  const forwarded = request.headers['x-forwarded-proto'];
  return request.secure || String(forwarded).split(',')[0]?.trim() === 'https';
}

/** Our origin as the caller addressed it, such as `http://localhost:3001`. */
export function ownOrigin(request: Request): string {
  return `${cameByHttps(request) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
}
