import type { Repaired } from '../../operate/shapes/comparisons.ts';
import { tell } from '../client/api.ts';
import { useCount } from '../client/use-count.ts';
import { CountLine } from '../components/count-line.tsx';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { several } from '../text/figures.ts';

interface RepairDialogProps {
  orders: readonly string[];
  /** Of the destination, in the API. */
  place: string;
  onClose: () => void;
}

/** Counts first, then asks for a reason. */
export function RepairDialog({ orders, place, onClose }: RepairDialogProps) {
  const count = useCount(`${place}/repair`, 'effects', { orders });
  const repair = async (reason: string) => {
    const { did, onItsWay, already } = await tell<Repaired>(`${place}/repair`, { orders, reason });
    return [
      `${did}.`,
      ...(onItsWay > 0 ? [`${several(onItsWay, 'is', 'are')} on the way already.`] : []),
      ...(already > 0 ? [`${several(already, 'was', 'were')} sent again before: replay its effect.`] : []),
    ].join(' ');
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Repair"
      confirmLabel="Repair"
      ready={(count.data ?? 0) > 0}
      onConfirm={repair}
      what={
        <>
          Sends the newest state of {several(orders.length, 'order', 'orders')} again, as a message of the
          type lockstep/repaired, behind the effects that each order has.
          <CountLine count={count} of={['order', 'orders']} done="will be sent again" />
        </>
      }
    />
  );
}
