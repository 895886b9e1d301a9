import { SETTINGS, type Setting } from '../../system/config.ts';
import type { ConfigAnswer } from '../shapes/system.ts';

/** The settings of this program for display: secrets only as set or unset, addresses without passwords. */
export function shownSettings(values: { readonly [Name in Setting]?: unknown }): ConfigAnswer {
  const rows = Object.entries(SETTINGS) as [Setting, { about: string; secret?: true }][];
  return {
    settings: rows.map(([name, { about, secret = false }]) => {
      const value = values[name];
      return { name, about, secret, value: value === undefined ? null : secret ? 'set' : shown(value) };
    }),
  };
}

function shown(value: unknown): string {
  return (Array.isArray(value) ? value : [value]).map((each) => withoutPassword(String(each))).join(',');
}

/**
 * `redis://user:password@host:6379/0?…` becomes `redis://host:6379/0?…`: a password may be before an @ or
 * after a ?. Fails closed: if an @ follows a ?, it is unclear which of them is part of a password, and
 * everything after the scheme is removed.
 */
export function withoutPassword(text: string): string {
  const address = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(text);
  if (!address) return text;
  const [, scheme = '', rest = ''] = address;
  const [place = '', ...query] = rest.split('?');
  if (query.some((each) => each.includes('@'))) return `${scheme}…`;
  return `${scheme}${place.slice(place.lastIndexOf('@') + 1)}${query.length > 0 ? '?…' : ''}`;
}
