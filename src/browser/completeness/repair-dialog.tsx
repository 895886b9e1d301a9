import type { Reconcile } from '../../operate/shapes/reconcile.ts';
import { tell } from '../client/api.ts';
import { ChangeDialog } from '../dialogs/change-dialog.tsx';
import { Plain } from '../text/plain.tsx';
import { When } from '../text/when.tsx';

interface RepairDialogProps {
  shop: string;
  since: string;
  onClose: () => void;
}

/** Requests a reconciliation that gets the missing orders. */
export function RepairDialog({ shop, since, onClose }: RepairDialogProps) {
  const repair = async (reason: string) => {
    const body = { shop, since, dryRun: false, reason };
    return (await tell<Reconcile & { did: string }>('/reconciles', body)).did;
  };
  return (
    <ChangeDialog
      opened
      onClose={onClose}
      title="Reconcile"
      confirmLabel="Repair"
      onConfirm={repair}
      what={
        <>
          Gets from Shopify the orders of <Plain text={shop} max={100} /> that changed since{' '}
          <When at={since} /> UTC and are missing or stale here. Newer data here is kept. Check the period
          again afterwards.
        </>
      }
    />
  );
}
