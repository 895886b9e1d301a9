/** What the command line uses of its process. Tests run commands in their own process, with another one. */
export interface Terminal {
  /** Prints the answer to stdout. */
  print: (text: string) => void;
  /** Whether a person reads the answer, and not a file or another program. */
  isScreen: boolean;
  /** Resolves once stdout takes more, if its reader is slow. */
  drained: () => Promise<unknown>;
  /** Prints a message to stderr. */
  say: (text: string) => void;
  /** Where progress bars are drawn; null: nowhere. */
  bars: NodeJS.WriteStream | null;
  env: NodeJS.ProcessEnv;
  /** The folder that may have `.lockstep`. */
  folder: string;
}
