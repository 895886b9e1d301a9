/** Deeper levels are not indented any further. */
const DEEPEST = 40;
const OPENS = '{[';
const CLOSES = '}]';

/**
 * Formats JSON with one member per line, without parsing it: numbers beyond 2^53 keep their digits, and deep
 * nesting needs no recursion. Stops soon after `most` characters. Text that is not JSON stays almost unchanged.
 */
export function prettyJson(text: string, most: number): string {
  const out: string[] = [];
  let written = 0;
  let depth = 0;
  const put = (piece: string) => {
    out.push(piece);
    written += piece.length;
  };
  const line = () => put(`\n${'  '.repeat(Math.min(depth, DEEPEST))}`);
  for (let at = 0; at < text.length && written < most; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at);
      put(text.slice(at, Math.min(end, at + most)));
      at = end - 1;
    } else if (OPENS.includes(character)) {
      put(character);
      depth += 1;
      line();
    } else if (CLOSES.includes(character)) {
      depth = Math.max(0, depth - 1);
      line();
      put(character);
    } else if (character === ',') {
      put(',');
      line();
    } else if (character === ':') put(': ');
    else if (!/\s/.test(character)) put(character);
  }
  return out.join('');
}

/** @returns the position after the string that starts at `from` */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at + 1;
  }
  return text.length;
}
