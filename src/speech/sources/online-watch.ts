/** What a window and a worker have in common; Node has neither. */
interface OnlineTarget {
  addEventListener?(type: 'online', listener: () => void): void;
  removeEventListener?(type: 'online', listener: () => void): void;
}

/** Calls `act` whenever the browser finds a network again. @returns Ends that. */
export function whenOnline(act: () => void): () => void {
  const target = globalThis as OnlineTarget;
  target.addEventListener?.('online', act);
  return () => target.removeEventListener?.('online', act);
}
