import { InvalidArgumentError } from 'commander';

/** Reads a whole number on the command line. */
export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(`is no whole number from ${least} to ${most}`);
    return number;
  };
}
