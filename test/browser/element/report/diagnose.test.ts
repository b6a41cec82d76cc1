import { assert } from 'chai';
import { buzz, createAvatar, once } from '../../../helpers/browser/elements.js';
import { until } from '../../../helpers/until.js';

describe('diagnose()', function () {
  this.timeout(60_000);
  afterEach(() => document.body.replaceChildren());

  it('finds nothing wrong with an avatar that speaks, and names what draws', async () => {
    const avatar = createAvatar();
    await once(avatar, 'avatar-ready');
    const before = await avatar.diagnose();
    assert.include(
      before.findings.map(({ code }) => code),
      'sound-nothing-said',
    );
    const heard = avatar.speak(buzz(2), { sampleRateHz: 16_000 });
    await until(() => avatar.conversationState === 'playing', 20_000);
    const during = await avatar.stats();
    assert.isAbove(during.bufferedSeconds, 0);
    assert.isAtMost(during.bufferedSeconds, 2);
    await heard;
    const { findings, graphics, stats } = await avatar.diagnose();
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'problem'),
      [],
    );
    assert.include(
      findings.map(({ code }) => code),
      'mouth-ok',
    );
    for (const subject of ['mouth', 'sound', 'picture'])
      assert.isTrue(
        findings.some((finding) => finding.subject === subject),
        subject,
      );
    assert.isTrue(graphics.hasWebGl2);
    assert.isNotEmpty(graphics.gpu);
    assert.equal(stats!.bufferedSeconds, 0);
    assert.isAtLeast(stats!.droppedFrames, 0);
  });

  it('says why the mouth would not move, why there is no sound and no picture, and no token', async () => {
    const attributes = 'app-id="app" session-token="secret-token" server-url="ws://127.0.0.1:9" connect-timeout="400"';
    const avatar = createAvatar(`<spatius-avatar mode="direct" muted volume="0" intensity="0" ${attributes}></spatius-avatar>`);
    avatar.style.display = 'none';
    await avatar.start().catch(() => undefined);
    const report = await avatar.diagnose();
    const codes = report.findings.map(({ code }) => code);
    for (const code of [
      'mouth-no-avatar',
      'mouth-no-intensity',
      'mouth-not-connected',
      'sound-muted',
      'sound-no-volume',
      'picture-no-size',
    ])
      assert.include(codes, code);
    assert.equal(report.findings[0].severity, 'problem');
    assert.isTrue(report.findings.every(({ words }) => words.endsWith('.')));
    assert.notInclude(JSON.stringify(report), 'secret-token');
    avatar.close();
    await until(async () => (await avatar.diagnose()).findings.some(({ code }) => code === 'mouth-not-started'));
  });
});
