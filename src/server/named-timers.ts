/** Timers that can be set again, cleared by name, and cleared all at once. */
export class NamedTimers<Name extends string> {
  private readonly timers = new Map<Name, ReturnType<typeof setTimeout>>();

  /** Replaces a timer of the same name. */
  set(name: Name, delayMs: number, action: () => void): void {
    this.clear(name);
    this.timers.set(name, setTimeout(action, delayMs));
  }

  /** Whether it was set and not cleared, also after its action. */
  has(name: Name): boolean {
    return this.timers.has(name);
  }

  clear(name: Name): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
  }

  clearAll(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
