import { assert, describe, it } from '#test';

import { isRegionName, regionHosts } from '../../../../src/shared/contracts/region-hosts.js';
import { codeOf } from '../../../helpers/code-of.js';

describe('the hosts of a region', () => {
  it('follow the documented pattern, with a domain of their own in China', () => {
    assert.deepEqual(regionHosts('us-west'), {
      consoleUrl: 'https://console.us-west.spatius.ai/v1/console',
      ingressUrl: 'wss://api.us-west.spatius.ai/v2/driveningress',
    });
    assert.deepEqual(regionHosts('cn-beijing'), {
      consoleUrl: 'https://console.cn-beijing.spatialwalk.top/v1/console',
      ingressUrl: 'wss://api.cn-beijing.spatialwalk.top/v2/driveningress',
    });
  });

  it('are made of nothing but region names', () => {
    for (const wrong of ['', 'auto', 'US-west', 'us_west', 'us-', '-west', 'evil.example/x-y', 'a-b.evil.example', 'us-west\n']) {
      assert.isFalse(isRegionName(wrong), wrong);
      assert.equal(
        codeOf(() => regionHosts(wrong)),
        'invalidConfiguration',
        wrong,
      );
    }
  });
});
