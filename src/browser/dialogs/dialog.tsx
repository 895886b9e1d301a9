import { Modal, type MantineSize } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { dialogOpened } from './open-dialogs.ts';

interface DialogProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  size?: MantineSize;
  children: ReactNode;
}

/**
 * The frame of every dialog. Esc closes it, and the page below does not change meanwhile. Its head is not a
 * <header> like Mantine's own, because a page may have only one banner landmark.
 */
export function Dialog({ opened, onClose, title, size = 'lg', children }: DialogProps) {
  useEffect(() => (opened ? dialogOpened() : undefined), [opened]);
  return (
    <Modal.Root opened={opened} onClose={onClose} size={size} centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="close" />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
