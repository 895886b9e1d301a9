import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Now } from '../../operate/shapes/system.ts';
import { LiveStore, type Live } from './live-store.ts';

const StoreContext = createContext<LiveStore | null>(null);

/** Provides the stream to the pages. After an interruption everything on display is fetched again. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [store] = useState(
    () => new LiveStore(() => void queries.invalidateQueries({ queryKey: ['/session'] })),
  );
  useEffect(() => store.start(), [store]);
  useEffect(() => {
    let connected = true;
    return store.subscribe(() => {
      const { connected: is } = store.read();
      if (is && !connected) void queries.invalidateQueries();
      connected = is;
    });
  }, [store, queries]);
  return <StoreContext value={store}>{children}</StoreContext>;
}

function useStore(): LiveStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('useNow and useNowMark need a LiveProvider above them');
  return store;
}

/** Everything the stream sends. A component that uses it renders every second. */
export function useNow(): Live {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, store.read);
}

/** A part of the stream, as JSON. A component that uses it renders when that part changes. */
export function useNowMark(part: (now: Now) => unknown): string {
  const store = useStore();
  return useSyncExternalStore(store.subscribe, () => {
    const { now } = store.read();
    return now ? JSON.stringify(part(now)) : '';
  });
}
