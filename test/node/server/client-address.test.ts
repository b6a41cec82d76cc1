import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { assert } from 'chai';

import { addressGroup, ClientAddresses, isLoopbackHost } from '../../../src/server/client-address.js';
import { MIN_SECRET_BITS, secretBits } from '../../../src/server/secret-strength.js';

const forwarded = (value?: string) => (name: string) => (name === 'x-forwarded-for' ? value : undefined);

describe("the client's address", () => {
  it('is grouped by /64 in IPv6', () => {
    assert.equal(addressGroup('203.0.113.5'), '203.0.113.5');
    assert.equal(addressGroup('::ffff:203.0.113.5'), '203.0.113.5');
    assert.equal(addressGroup('2001:db8:1:2:3::4'), '2001:db8:1:2::/64');
    assert.equal(addressGroup('2001:db8:1:2:ffff::'), addressGroup('2001:db8:1:2::1'));
    assert.isNull(addressGroup('nonsense'));
  });

  it('is the public peer where proxies are not named, whatever it forwards', () => {
    const addresses = new ClientAddresses(null);
    assert.equal(addresses.ofRequest('8.8.8.8', forwarded('1.2.3.4')), '8.8.8.8');
    for (const peer of ['127.0.0.1', '10.0.0.3', '::1', undefined]) assert.isNull(addresses.ofRequest(peer, forwarded('1.2.3.4')));
  });

  it('is the last one that a named proxy saw', () => {
    const addresses = new ClientAddresses(['10.0.0.0/8', '127.0.0.1']);
    assert.equal(addresses.ofRequest('10.0.0.3', forwarded('1.1.1.1, 8.8.4.4')), '8.8.4.4');
    assert.equal(addresses.ofRequest('127.0.0.1', forwarded('1.1.1.1, 8.8.4.4, 10.9.9.9')), '8.8.4.4');
    assert.equal(addresses.ofRequest('::ffff:10.0.0.3', forwarded('8.8.4.4')), '8.8.4.4');
    assert.isNull(addresses.ofRequest('10.0.0.3', forwarded()));
    assert.isNull(addresses.ofRequest('10.0.0.3', forwarded('unknown')));
    assert.equal(addresses.ofRequest('192.168.0.9', forwarded('1.1.1.1')), '192.168.0.9');
    assert.isNull(addresses.ofConnection('10.0.0.3'));
  });

  it('is every peer where there is no proxy', () => {
    assert.equal(new ClientAddresses([]).ofRequest('127.0.0.2', forwarded('1.1.1.1')), '127.0.0.2');
  });

  it('is on loopback by its name', () => {
    for (const host of ['localhost', 'localhost:80', '127.0.0.1:8080', '[::1]:8080', '::1', '[::1]', '127.8.0.1', 'x.localhost:1']) {
      assert.isTrue(isLoopbackHost(host), host);
    }
    for (const host of ['', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0', '::', '10.0.0.1', 'evil-localhost:1']) {
      assert.isFalse(isLoopbackHost(host), host);
    }
  });
});

describe('the strength of a secret', () => {
  it('accepts 128 random bits in any spelling', () => {
    for (let round = 0; round < 200; round++) {
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        assert.isAtLeast(secretBits(randomBytes(16).toString(encoding).replace(/=+$/, '')), MIN_SECRET_BITS);
        assert.isAtLeast(secretBits(`dev_${randomBytes(18).toString(encoding)}`), MIN_SECRET_BITS);
      }
    }
  });

  it('refuses what can be guessed', () => {
    for (const secret of [
      '',
      'hunter2',
      'test-api-key',
      '0'.repeat(64),
      'hunter2'.repeat(20),
      '0123456789012345678901234567',
      'sk-live-abcdef123456',
    ]) {
      assert.isBelow(secretBits(secret), MIN_SECRET_BITS, secret);
    }
  });
});
