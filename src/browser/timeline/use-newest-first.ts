import { useLocalStorage } from '@mantine/hooks';

/** Whether timelines begin with the newest event. The browser remembers it. */
export function useNewestFirst(): [boolean, (newestFirst: boolean) => void] {
  const [direction, setDirection] = useLocalStorage<'newest' | 'oldest'>({
    key: 'lockstep-timeline',
    defaultValue: 'newest',
    // Rendered with the remembered value at once, so that the order does not flip after loading.
    getInitialValueInEffect: false,
  });
  return [direction !== 'oldest', (newestFirst) => setDirection(newestFirst ? 'newest' : 'oldest')];
}
