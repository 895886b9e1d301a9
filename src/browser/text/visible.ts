/** Characters that are invisible, turn the text direction or start a line: control, format, separators. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from outside with every character visible that would hide, move or turn others: ESC is ⟨U+001B⟩. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, symbolOf);
}

/** The same for multi-line text: line feeds and tabs stay. */
export function visibleLines(text: string): string {
  return text.replaceAll(HIDDEN, (hidden) =>
    hidden === '\n' || hidden === '\t' ? hidden : symbolOf(hidden),
  );
}

function symbolOf(hidden: string): string {
  if (hidden === '\n') return '↵';
  return `⟨U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** The most characters drawn of one text: 1 MB in one node freezes a page. */
export const MOST_CHARACTERS = 20_000;
