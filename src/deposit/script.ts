/** A script as ioredis is taught it. */
export interface Script {
  /** Where it is always the same; else it is the first argument. */
  numberOfKeys?: number;
  lua: string;
}
