/** One vocabulary for tests that run in Node and in the browser alike; here, Node's own test runner behind it. */
export { describe, it, before, after, beforeEach, afterEach } from 'node:test';
export { assert, expect } from 'chai';
