import type { Request } from 'express';

/**
 * Whether a page of ours asked. Browsers say so by Sec-Fetch-Site, older ones by Origin or, where they only look, by
 * Referer; programs say nothing. The port is part of an origin: another program on this host is another origin.
 */
export function isOwnPage({ headers }: Request): 'yes' | 'no' | 'unknown' {
  const site = headers['sec-fetch-site'];
  // none: the person themself, by the address bar.
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'yes' : 'no';
  const from = headers.origin ?? headers.referer;
  if (from === undefined) return 'unknown';
  return URL.canParse(from) && new URL(from).host === headers.host ? 'yes' : 'no';
}

/**
 * Whether the browser came by https, perhaps to a proxy before us. Believing the header does no harm here: who sends
 * it wrongly gets a cookie that their own http page cannot use.
 */
export function cameByHttps(request: Request): boolean {
  const forwarded = request.headers['x-forwarded-proto'];
  return request.secure || String(forwarded).split(',')[0]?.trim() === 'https';
}

/** How the asker calls us, such as `http://localhost:3001`. */
export function ownOrigin(request: Request): string {
  return `${cameByHttps(request) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
}
