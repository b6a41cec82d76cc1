/** Typed listeners without the DOM. `Events` maps an event's name to what its listeners receive. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Adds a listener; the returned function removes it. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    let set = this.listeners.get(name);
    if (!set) this.listeners.set(name, (set = new Set()));
    set.add(listener as (event: never) => void);
    return () => void set.delete(listener as (event: never) => void);
  }

  /** Calls the listeners in the order they were added. One that throws does not keep the others from hearing. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (event: Events[Name]) => void)(event);
      } catch (error) {
        // Surfaces as an unhandled rejection, like an exception in a DOM event listener would.
        void Promise.reject(error);
      }
    }
  }

  /** Removes all listeners. */
  clear(): void {
    this.listeners.clear();
  }
}
