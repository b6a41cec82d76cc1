/** A promise together with the functions that settle it; after the first call to either, further calls do nothing. */
export class Deferred<Value = void> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value | PromiseLike<Value>) => void;
  reject!: (reason: unknown) => void;

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Its owner reports failures in other ways too (a state, an event): a rejection that has no handler is not an unhandled one.
    this.promise.catch(() => undefined);
  }
}
