/** The process dies here. */
export class Died extends Error {}

/** Runs a line of code, unless its process is dead. */
export type Mortal = <Arguments extends unknown[], Answer>(
  line: (...args: Arguments) => Promise<Answer>,
) => (...args: Arguments) => Promise<Answer>;

/** A process that dies at a line, before or after the line has an effect. @param dies after so many lines; 0: never */
export function mortal(dies: number, when: 'before' | 'after'): Mortal {
  let lines = 0;
  let isDead = false;
  return (line) =>
    async (...args) => {
      if (isDead) throw new Died();
      const isLast = (lines += 1) === dies;
      isDead ||= isLast;
      if (isLast && when === 'before') throw new Died();
      const answer = await line(...args);
      if (isLast && when === 'after') throw new Died();
      return answer;
    };
}
