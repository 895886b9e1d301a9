import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { Plain } from '../text/plain.tsx';

interface ChangeDialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What will be done, in words. */
  what: ReactNode;
  confirmLabel: string;
  /** Makes the change. @returns what was done, in the server's words (its `did`) */
  onConfirm: (reason: string) => Promise<string | null | void>;
  /** Further input: a checkbox, an id to type. */
  extra?: ReactNode;
  /** Whether `extra` is complete. */
  ready?: boolean;
  /** The change cannot be undone. */
  dangerous?: boolean;
}

/** What an open dialog is about (`over`); null while it is closed. */
export function useChange<T = true>() {
  const [over, setOver] = useState<T | null>(null);
  return { over, opened: over !== null, open: (next: T) => setOver(() => next), close: () => setOver(null) };
}

const SHORTEST_REASON = 3;

/**
 * Every change goes through this dialog. It says what will be done, asks for a reason, sends the change once
 * (also on a double click), and shows the server's answer until it is closed.
 */
export function ChangeDialog({ opened, onClose, title, ...rest }: ChangeDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={title}>
      {opened && <ChangeForm onClose={onClose} {...rest} />}
    </Dialog>
  );
}

type Progress = { step: 'asking' | 'under way' } | { step: 'failed' | 'done'; said: string };

function useConfirm(onConfirm: ChangeDialogProps['onConfirm']) {
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>({ step: 'asking' });
  // Not state: the second click of a double click comes before the next render.
  const underWay = useRef(false);
  const confirm = async (reason: string) => {
    if (underWay.current) return;
    underWay.current = true;
    setProgress({ step: 'under way' });
    try {
      const did = await onConfirm(reason);
      setProgress({ step: 'done', said: did ?? 'Done.' });
      void queries.invalidateQueries();
    } catch (error) {
      underWay.current = false;
      setProgress({ step: 'failed', said: error instanceof Error ? error.message : String(error) });
    }
  };
  return { progress, confirm };
}

type FormProps = Omit<ChangeDialogProps, 'opened' | 'title'>;

function ChangeForm(props: FormProps) {
  const { onClose, what, confirmLabel, onConfirm, extra, ready = true, dangerous = false } = props;
  const [reason, setReason] = useState('');
  const { progress, confirm } = useConfirm(onConfirm);
  if (progress.step === 'done') return <Done said={progress.said} onClose={onClose} />;
  const enough = reason.trim().length >= SHORTEST_REASON;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (enough && ready) void confirm(reason.trim());
      }}
    >
      <Stack gap="sm">
        <Text component="div" size="sm">
          {what}
        </Text>
        {extra}
        <Textarea
          label="Reason"
          description="At least 3 characters. Recorded in the audit log with your name."
          required
          data-autofocus
          autosize
          minRows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {progress.step === 'failed' && (
          <Alert className="problem" role="alert" variant="outline" icon={<IconAlertTriangle size={18} />}>
            <Plain text={progress.said} max={1000} />
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            {...(dangerous ? { color: 'red' } : {})}
            disabled={!enough || !ready}
            loading={progress.step === 'under way'}
          >
            {confirmLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Done({ said, onClose }: { said: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Group component="output" className="done" wrap="nowrap" align="flex-start" p="md" fz="sm">
        <IconCheck size={18} aria-hidden />
        <Plain text={said} max={2000} />
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}
