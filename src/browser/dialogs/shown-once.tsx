import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useEffect, type ReactNode } from 'react';
import { Copy } from '../text/order-link.tsx';
import { dialogOpened } from './open-dialogs.ts';

interface ShownOnceProps {
  title: string;
  /** What the text is, in one word. */
  what: string;
  /** The secret. Only this dialog has it: it is lost on close. */
  text: string;
  onClose: () => void;
  /** What it is for. */
  children: ReactNode;
}

/** Like every dialog, except that a click outside does not close it: the secret would be lost. */
export function ShownOnce({ title, what, text, onClose, children }: ShownOnceProps) {
  useEffect(() => dialogOpened(), []);
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size="lg"
      centered
      closeOnClickOutside={false}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="close" />
        </div>
        <Modal.Body>
          <Stack gap="sm">
            <Alert
              variant="outline"
              icon={<IconKey size={18} />}
              title="Copy it now. It will not be shown again."
            >
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <code className="plain" data-secret={what}>
                  {text}
                </code>
                <Copy text={text} what={what} />
              </Group>
            </Alert>
            <Text size="sm" component="div">
              {children}
            </Text>
            <Group justify="flex-end">
              <Button onClick={onClose} data-autofocus>
                I have copied it
              </Button>
            </Group>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
