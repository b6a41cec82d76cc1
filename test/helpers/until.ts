/** Polls until `check` gives something; rejects after `limitMs`. */
export async function until<Value>(check: () => Value | Promise<Value>, limitMs = 12_000): Promise<NonNullable<Value>> {
  for (const end = performance.now() + limitMs; ; ) {
    const value = await check();
    if (value) return value as NonNullable<Value>;
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
