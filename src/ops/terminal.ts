/** What the command line uses of its process. Tests run commands in their own process, with another one. */
export interface Terminal {
  /** Prints the answer to stdout. */
  print: (text: string) => void;
  /** Prints a message to stderr. */
  say: (text: string) => void;
  /** Where progress bars are drawn; null: nowhere. */
  bars: NodeJS.WriteStream | null;
  env: NodeJS.ProcessEnv;
  /** The folder that may have `.lockstep`. */
  folder: string;
}
