import { describe, it } from 'node:test';
import { assert } from 'chai';
import { isPublicAddress } from '../../../../src/server/client-address.js';
import { checkLiveKitUrl } from '../../../../src/server/livekit/egress-address.js';

const PUBLIC = async (): Promise<string[]> => ['8.8.8.8', '2001:4860:4860::8888'];
const reasonOf = async (url: string, hosts: Parameters<typeof checkLiveKitUrl>[1], resolve = PUBLIC): Promise<string> => {
  const verdict = await checkLiveKitUrl(url, hosts, resolve);
  return verdict.isAllowed ? `allowed ${verdict.url}` : verdict.reason;
};

describe('the address of a LiveKit server', () => {
  const hosts = [
    { host: 'live.example.com' },
    { host: 'other.example.com:7443' },
    { host: 'localhost:7880' },
    { host: 'inside.example.com', isPrivate: true },
  ];

  it('is accepted when its host is on the list, with its port', async () => {
    assert.equal(await reasonOf('wss://live.example.com', hosts), 'allowed wss://live.example.com');
    assert.equal(await reasonOf('https://LIVE.example.com:443/', hosts), 'allowed wss://live.example.com');
    assert.equal(await reasonOf('wss://other.example.com:7443/path/', hosts), 'allowed wss://other.example.com:7443/path');
    assert.equal(await reasonOf('ws://localhost:7880', hosts), 'allowed ws://localhost:7880');
  });

  it('is refused when it is not, however much it looks like it', async () => {
    for (const url of [
      'wss://live.example.com:8443',
      'wss://live.example.com.evil.test',
      'wss://sub.live.example.com',
      'wss://other.example.com',
      'wss://evil.test/live.example.com',
      'wss://evil.test#live.example.com',
      'ws://localhost',
      'wss://127.0.0.1:7880',
    ]) {
      assert.match(await reasonOf(url, hosts), /not on the list/, url);
    }
    assert.match(await reasonOf('wss://live.example.com', []), /not on the list/);
  });

  it('is refused for other schemes, a user in it, or no TLS to another machine', async () => {
    assert.match(await reasonOf('file:///etc/passwd', hosts), /wss URL/);
    assert.match(await reasonOf('not a url', hosts), /no valid URL/);
    assert.match(await reasonOf('wss://live.example.com@evil.test', hosts), /user or password/);
    assert.match(await reasonOf('wss://user:secret@live.example.com', hosts), /user or password/);
    assert.match(await reasonOf('ws://live.example.com', [{ host: 'live.example.com:80' }]), /must be a wss URL/);
  });

  it('is refused when its name leads inside, unless the list allows that', async () => {
    const inside = async (): Promise<string[]> => ['8.8.8.8', '10.0.0.7'];
    assert.match(await reasonOf('wss://live.example.com', hosts, inside), /not public/);
    assert.equal(await reasonOf('wss://inside.example.com', hosts, inside), 'allowed wss://inside.example.com');
    assert.match(await reasonOf('wss://live.example.com', hosts, async () => []), /not known/);
    assert.match(await reasonOf('wss://live.example.com', hosts, async () => Promise.reject(new Error('ENOTFOUND'))), /not known/);
  });

  it('knows what is public', () => {
    for (const address of ['8.8.8.8', '172.15.0.1', '172.32.0.1', '2001:4860:4860::8888']) assert.isTrue(isPublicAddress(address), address);
    for (const address of [
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::a00:1',
      'ff02::1',
      // 6to4, NAT64, IPv4-compatible, Teredo, site-local: all lead to other addresses.
      '2002:7f00:1::',
      '64:ff9b:1::1',
      '::7f00:1',
      '2001::1',
      'fec0::1',
      '2001:db8::1',
      '3fff::1',
      'nonsense',
    ]) {
      assert.isFalse(isPublicAddress(address), address);
    }
  });
});
