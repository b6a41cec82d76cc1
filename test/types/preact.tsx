import { createRef } from 'preact';
import type { SpatiusAvatar } from 'spatius-avatar/preact';

const avatar = createRef<SpatiusAvatar>();

export const guide = (
  <>
    <spatius-avatar ref={avatar} avatar-id="theo" controls onavatar-ready={({ currentTarget }) => currentTarget.speak('/hello.mp3')} />
    {/* @ts-expect-error there is no such view */}
    <spatius-avatar view="feet" />
  </>
);
