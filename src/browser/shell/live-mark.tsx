import { IconBroadcast, IconPlugConnectedX } from '@tabler/icons-react';
import { clock } from '../text/figures.ts';
import { useNow } from '../client/live.tsx';

/** The time of the displayed state. Its width is reserved: nothing moves when the stream ends. */
export function LiveMark() {
  const { now, connected, since } = useNow();
  const at = now ? clock(new Date(now.sample.at)).slice(-8) : '–';
  const lost = !connected && since !== null;
  return (
    <span className="live-mark figures" data-lost={lost} title={lost ? 'not connected' : 'live'}>
      {lost ? <IconPlugConnectedX size={15} aria-hidden /> : <IconBroadcast size={15} aria-hidden />}
      <span className="live-word">{lost ? 'as of ' : 'live '}</span>
      {at} UTC
    </span>
  );
}
