/** What is not seen, turns the direction of text, or begins a line: control and format characters, and separators. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text from outside, with every character seen that would hide, move or turn others: ESC is ⟨U+001B⟩, in any font. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, symbolOf);
}

/** The same for text in lines: line feeds and tabs stay. */
export function visibleLines(text: string): string {
  return text.replaceAll(HIDDEN, (hidden) =>
    hidden === '\n' || hidden === '\t' ? hidden : symbolOf(hidden),
  );
}

function symbolOf(hidden: string): string {
  if (hidden === '\n') return '↵';
  return `⟨U+${(hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Of one text, at most so many characters are ever drawn: 1 MB in one node freezes a page. */
export const MOST_CHARACTERS = 20_000;
