/** Client of the engine worker; each request returns a promise. */
export class Engine {
  #worker = new Worker(new URL('engine.worker.js', import.meta.url), { type: 'module' });
  #waiting = new Map();
  #lastId = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data: { id, error, ...answer } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error));
      else resolve(answer);
    });
    this.#worker.addEventListener('error', ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message || 'The engine could not be loaded.'));
      this.#waiting.clear();
    });
  }

  /** @returns {Promise<{motion: object, spectrum: object}>} */
  hear(voice, rateHz) {
    return this.#ask({ task: 'hear', voice, rateHz });
  }

  /** @returns {Promise<{values: Float32Array}>} The current clip in another style. */
  style(expression) {
    return this.#ask({ task: 'style', expression });
  }

  /** @param {'json'|'csv'|'glb'} format @returns {Promise<{file: Blob}>} */
  export(format, expression) {
    return this.#ask({ task: 'export', format, expression });
  }

  #ask(question) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...question });
    });
  }
}
