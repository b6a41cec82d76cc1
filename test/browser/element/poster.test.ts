import { assert } from 'chai';
import type { SpatiusAvatar } from '../../../src/index.js';
import { createAvatar } from '../../helpers/browser/elements.js';
import { until } from '../../helpers/until.js';

const PICTURE = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>`;

/** An avatar that loads and goes on loading. */
function loadingAvatar(poster: string): SpatiusAvatar {
  const avatar = createAvatar('<spatius-avatar></spatius-avatar>');
  // Without a size no file is requested, which would end the load. Not by `display: none`, of which WebKit computes no new styles.
  avatar.style.cssText = 'display: block; width: 0; height: 0';
  avatar.poster = poster;
  avatar.handleLoading(0.5);
  return avatar;
}

const isSilhouetteShown = (avatar: SpatiusAvatar): boolean =>
  getComputedStyle(avatar.shadowRoot!.querySelector('.silhouette')!).display !== 'none';

describe('A poster', () => {
  afterEach(() => document.body.replaceChildren());

  it('takes the place of the silhouette', async () => {
    const avatar = loadingAvatar(PICTURE);
    await until(() => avatar.shadowRoot!.querySelector<HTMLImageElement>('[part=poster-image]')?.complete);
    assert.isFalse(isSilhouetteShown(avatar));
  });

  for (const [kind, url] of [
    ['missing', '/no-such-poster.png'],
    ['broken', 'data:image/png;base64,aGVsbG8='],
    ['not a picture', '/package.json'],
  ]) {
    it(`that is ${kind} leaves the silhouette visible, until there is another one`, async () => {
      const avatar = loadingAvatar(url);
      await until(() => avatar.shadowRoot!.querySelector('.silhouette') && isSilhouetteShown(avatar));
      assert.isNull(avatar.shadowRoot!.querySelector('[part=poster-image]'));
      avatar.poster = PICTURE;
      await avatar.updateComplete;
      await until(() => avatar.shadowRoot!.querySelector<HTMLImageElement>('[part=poster-image]')?.complete);
      assert.isFalse(isSilhouetteShown(avatar));
    });
  }
});
