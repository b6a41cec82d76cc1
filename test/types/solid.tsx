import type { SpatiusAvatar } from 'spatius-avatar/solid';

let avatar: SpatiusAvatar | undefined;

export const Guide = () => (
  <>
    <spatius-avatar
      ref={avatar}
      avatar-id="theo"
      prop:requestToken={async () => 'token'}
      on:avatar-error={({ error }) => console.log(error.code)}
    />
    {/* @ts-expect-error volume is a number */}
    <spatius-avatar volume="loud" />
  </>
);
