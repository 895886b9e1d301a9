import { pino, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';

export type { Logger } from 'pino';

/** Values logged under these names are redacted, at the top level and one level down. */
const SECRET_NAMES = ['body', 'payload', 'secret', 'token', 'password', 'authorization', 'hmac', 'email'];
const redact = SECRET_NAMES.flatMap((name) => [name, `*.${name}`]);

/**
 * A program's log: one line per attempt. Pretty on a terminal, JSON lines otherwise. Ids of shops,
 * orders and events are logged; bodies, secrets and personal data are not.
 */
export function createLog(program: string, level: string): Logger {
  const options = {
    level,
    base: { program },
    serializers: { err: inBrief },
    redact: { paths: redact, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  if (!process.stdout.isTTY) return pino(options);
  return pino(
    options,
    PinoPretty({ ignore: 'program', messageFormat: '[{program}] {msg}', singleLine: true }),
  );
}

/** Only where an error came from: drivers attach the failed command to it, including the event. */
function inBrief(error: unknown): object | string {
  if (!(error instanceof Error)) return String(error);
  const { type, message, stack } = pino.stdSerializers.err(error);
  return { type, message, stack, ...('code' in error ? { code: error.code } : {}) };
}
