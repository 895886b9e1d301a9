import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Empty } from '../components/empty.tsx';

/** A page that cannot be drawn, or not be loaded (a newer build is served), takes nothing else with it. */
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
          Load it again
        </Button>
      </>
    );
  }
}
