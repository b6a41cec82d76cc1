import { useRef } from 'react';
import type { AvatarError, SpatiusAvatar } from 'spatius-avatar/react';

export function Guide() {
  const avatar = useRef<SpatiusAvatar>(null);
  return (
    <>
      <spatius-avatar
        ref={avatar}
        avatar-id="theo"
        mode="direct"
        token-endpoint="/api/session-token"
        sample-rate={24000}
        controls
        class="guide"
        style={{ width: 320 }}
        requestToken={async (isRefresh) => String(isRefresh)}
        onavatar-error={({ error, currentTarget }) => {
          const known: AvatarError = error;
          currentTarget.close();
          console.log(known.code);
        }}
        onavatar-load-progress={({ progress }) => progress.toFixed()}
      />
      <button onClick={() => avatar.current?.speak('/hello.mp3', { style: 'calm' })}>Hello</button>
      {/* @ts-expect-error there is no such mode */}
      <spatius-avatar mode="remote" />
      {/* @ts-expect-error a misspelt attribute is noticed, unless it has a hyphen: TypeScript lets those pass */}
      <spatius-avatar volumes={1} />
      {/* @ts-expect-error what only can be read is no attribute */}
      <spatius-avatar connectionState="connected" />
    </>
  );
}
