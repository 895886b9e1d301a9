/**
 * What came from outside (names, topics, errors, payloads) never reaches the terminal with characters that steer
 * it: ESC and the other controls (a name that clears the screen or retitles the window), C1, marks that turn the
 * direction of text or hide it, line ends that forge a line. They are shown as \u{1b}.
 */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One piece of text for within a line. */
export function plain(text: string): string {
  return text.replace(STEERING, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Text of several lines. */
export function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}

/** JSON with the same value, of which a terminal shows every character. */
export function plainJson(value: unknown, indent = 2): string {
  const escaped = (character: string) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join('');
  // Between its strings, JSON has no such character but its own line ends.
  return JSON.stringify(value, null, indent)
    .split('\n')
    .map((line) => line.replace(STEERING, escaped))
    .join('\n');
}
