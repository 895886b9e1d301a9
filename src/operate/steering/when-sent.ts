import type { DestinationDocument } from '../../persist/destination-schema.ts';
import { hasEnded } from '../../system/destination-end.ts';
import { pauseAt } from '../../system/pause-windows.ts';
import { invalidField, Refusal } from '../refusal.ts';

type When = Pick<DestinationDocument, 'pauseWindows' | 'until'>;

/** As answers have it. */
export function whenOf({ pauseWindows = [], until }: When) {
  return { pauseWindows, until: until?.toISOString() ?? null };
}

/** @throws Refusal if nothing would ever be sent. One that exists may end at once. */
export function refuseWhen({ pauseWindows = [], until }: When, known: When | null, now: number): void {
  if (!known && hasEnded({ until }, now)) throw invalidField('until', 'is in the past');
  if (pauseAt(pauseWindows, now)?.endsAt === null)
    throw invalidField(
      'pauseWindows',
      'cover the whole week, so nothing would ever be sent: pause it instead',
    );
}

/** @throws Refusal: a destination that has ended gets no new effects */
export function refuseEnded({ until }: When, now: number): void {
  if (until && hasEnded({ until }, now))
    throw new Refusal(
      'conflict',
      `it ended ${until.toISOString()} and gets no new effects: change \`until\` first`,
    );
}
