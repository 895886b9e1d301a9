/** A script as ioredis's `defineCommand` takes it. */
export interface Script {
  /** Set if it is always the same; otherwise it is the first argument. */
  numberOfKeys?: number;
  lua: string;
}
