import { assert, describe, it } from '#test';
import { DEFAULT_AVATAR_OPTIONS } from '../../../../src/avatar/avatar-options.js';
import { ingressUrl, motionSource } from '../../../../src/avatar/connection/motion-source.js';

const PAGE = 'https://app.example/talk/index.html';

describe('The ingress URL', () => {
  it("is the page's own origin by default", () => {
    assert.equal(ingressUrl(null, null, PAGE), 'wss://app.example/v2/driveningress');
    assert.equal(ingressUrl('', null, 'http://localhost:8080/'), 'ws://localhost:8080/v2/driveningress');
  });

  it('takes http and ws, hosts and full paths, with and without the last step', () => {
    for (const url of [
      'wss://motion.example',
      'https://motion.example/',
      'wss://motion.example/v2/driveningress/',
      'https://motion.example/v2/driveningress/websocket',
    ]) {
      assert.equal(ingressUrl(url, null, PAGE), 'wss://motion.example/v2/driveningress', url);
    }
    assert.equal(ingressUrl('/motion?tenant=7', null, PAGE), 'wss://app.example/motion?tenant=7');
  });

  it('is composed from a region', () => {
    assert.equal(ingressUrl(null, 'us-west', PAGE), 'wss://api.us-west.spatius.ai/v2/driveningress');
    assert.equal(ingressUrl(null, 'cn-beijing', PAGE), 'wss://api.cn-beijing.spatialwalk.top/v2/driveningress');
    assert.equal(ingressUrl('wss://mine.example', 'us-west', PAGE), 'wss://mine.example/v2/driveningress');
  });

  it('refuses what cannot work', () => {
    assert.throws(() => ingressUrl('ftp://motion.example', null, PAGE), /ws\(s\)/);
    assert.throws(() => ingressUrl('https://', null, PAGE), /no valid URL/);
    assert.throws(() => ingressUrl(null, 'x.evil.example/', PAGE), /region/);
  });
});

describe('The motion source', () => {
  it('asks for 16 kHz at most: the engine hears no more', () => {
    const source = motionSource({ ...DEFAULT_AVATAR_OPTIONS, mode: 'direct', appId: 'app', sampleRateHz: 48000 }, PAGE, 1);
    assert.propertyVal(source, 'sampleRateHz', 16000);
    const low = motionSource({ ...DEFAULT_AVATAR_OPTIONS, mode: 'direct', appId: 'app', sampleRateHz: 8000 }, PAGE, 1);
    assert.propertyVal(low, 'sampleRateHz', 8000);
  });

  it('refuses a rate that the protocol does not know and a missing app id', () => {
    assert.throws(() => motionSource({ ...DEFAULT_AVATAR_OPTIONS, sampleRateHz: 12345 }, PAGE, 1), /unsupported sample rate/);
    assert.throws(() => motionSource({ ...DEFAULT_AVATAR_OPTIONS, mode: 'direct' }, PAGE, 1), /app-id/);
  });
});
