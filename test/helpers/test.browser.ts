/** One vocabulary for tests that run in Node and in the browser alike; here, the browser runner's mocha globals behind it. */
export { assert, expect } from 'chai';

const { describe, it, before, after, beforeEach, afterEach } = globalThis;
export { describe, it, before, after, beforeEach, afterEach };
