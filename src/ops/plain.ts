/**
 * Characters that control a terminal. Text from outside (names, topics, errors, payloads) must not send them: ESC and
 * other control characters (they could clear the screen or change the window's title), C1, marks that reverse or hide
 * text, and line ends that fake a line. They are printed as escapes, such as \u{1b}.
 */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Escapes text for use within a line. */
export function plain(text: string): string {
  return text.replace(STEERING, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Escapes text of several lines, and keeps its line ends. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}

/** JSON of the same value, with every such character escaped. */
export function plainJson(value: unknown, indent = 2): string {
  const escaped = (character: string) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  // Outside strings, line ends are the only such characters in JSON.
  return JSON.stringify(value, null, indent)
    .split('\n')
    .map((line) => line.replace(STEERING, escaped))
    .join('\n');
}
