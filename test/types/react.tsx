import { useRef } from 'react';
import { Avatar, type AvatarError, type SpatiusAvatar } from 'spatius-avatar/react';

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
      <Avatar
        ref={avatar}
        avatarId="theo"
        mode="direct"
        sampleRate={24000}
        channelNames={{ Mund_auf: 'jawOpen' }}
        requestToken={async (isRefresh) => String(isRefresh)}
        controls
        className="guide"
        style={{ width: 320 }}
        onAvatarError={({ error, currentTarget }) => {
          const known: AvatarError = error;
          currentTarget.close();
          console.log(known.code);
        }}
        onAvatarLoadProgress={({ progress }) => progress.toFixed()}
        onClick={({ currentTarget }) => void currentTarget.speak('/hello.mp3')}
      >
        <track kind="captions" src="/hello.vtt" />
      </Avatar>
      {/* @ts-expect-error there is no such mode */}
      <Avatar mode="remote" />
      {/* @ts-expect-error a misspelt handler */}
      <Avatar onAvatarRedy={() => undefined} />
      {/* @ts-expect-error a method is no prop */}
      <Avatar speak={() => undefined} />
      {/* @ts-expect-error neither is a state */}
      <Avatar isReady />
      {/* @ts-expect-error there is no such mode */}
      <spatius-avatar mode="remote" />
      {/* @ts-expect-error a misspelt attribute is noticed, unless it has a hyphen: TypeScript lets those pass */}
      <spatius-avatar volumes={1} />
      {/* @ts-expect-error what only can be read is no attribute */}
      <spatius-avatar connectionState="connected" />
    </>
  );
}
