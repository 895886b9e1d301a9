import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Empty } from '../components/empty.tsx';

/** Contains the failure of a page that does not render, or does not load because a newer build is served. */
export class PageBoundary extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null };

  static getDerivedStateFromError(error: unknown): { message: string } {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <>
        <h1 className="unseen">This page failed</h1>
        <Empty title="This page could not be shown" why={this.state.message} />
        <Button variant="default" onClick={() => window.location.reload()}>
          Reload
        </Button>
      </>
    );
  }
}
