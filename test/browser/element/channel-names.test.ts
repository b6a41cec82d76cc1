import { assert } from 'chai';

import { AvatarError, ErrorCode, type SpatiusAvatar, setChannelNames } from '../../../src/index.js';
import { type GlbDocument, readGlb, writeGlb } from '../../../src/motion/files/glb-container.js';
import { create, once } from '../../helpers/browser/avatar-element.js';
import { ARIA_URL } from '../../helpers/browser/stage-probe.js';

/** A built-in avatar with German names. */
async function german(): Promise<string> {
  const file = readGlb(new Uint8Array(await (await fetch(ARIA_URL)).arrayBuffer()));
  const document = file.document as GlbDocument;
  const translated: Record<string, string> = { jawOpen: 'Mund_auf', mouthPucker: 'Kussmund', Head: 'Birne_2' };
  for (const { extras } of document.meshes ?? [])
    if (extras?.targetNames) extras.targetNames = extras.targetNames.map((name) => translated[name] ?? name);
  for (const node of document.nodes ?? []) if (node.name !== undefined) node.name = translated[node.name] ?? node.name;
  return URL.createObjectURL(new Blob([writeGlb(file) as Uint8Array<ArrayBuffer>]));
}

const meaningsOf = async (avatar: SpatiusAvatar): Promise<Record<string, string>> =>
  Object.fromEntries((await avatar.diagnose()).avatar!.names.map(({ name, means }) => [name, means.join(' ')]));

describe("The page's own names", function () {
  this.timeout(60_000);

  it('are used on the whole page, those of an element on top of them; the element says what cannot work', async () => {
    const url = await german();
    assert.throws(() => setChannelNames({ Mund_auf: 'mund' as 'jawOpen' }), /Mund_auf/);
    const avatar = create(`<spatius-avatar src="${url}" loading="eager" motion="calm"></spatius-avatar>`);
    await once(avatar, 'avatar-ready');
    assert.include(await meaningsOf(avatar), { Mund_auf: '', Kussmund: '' });
    assert.include((await avatar.diagnose()).avatar!.missingJoints, 'head');

    setChannelNames({ Mund_auf: 'jawOpen', Birne_2: 'head' });
    avatar.channelNames = { Kussmund: 'mouthPucker' };
    await once(avatar, 'avatar-ready');
    assert.include(await meaningsOf(avatar), { Mund_auf: 'jawOpen', Kussmund: 'mouthPucker', Birne_2: 'head' });
    assert.notInclude((await avatar.diagnose()).avatar!.missingJoints, 'head');

    const failed = once(avatar, 'avatar-error');
    avatar.channelNames = { Kussmund: 'kiss' as 'mouthPucker' };
    const { error } = await failed;
    assert.instanceOf(error, AvatarError);
    assert.equal(error.code, ErrorCode.invalidConfiguration);
    assert.include(error.message, '"Kussmund"');
    avatar.parentElement!.remove();
    URL.revokeObjectURL(url);
  });
});
