import { useRef, useState } from 'react';
import { Avatar, type SpatiusAvatar } from 'spatius-avatar/react';

export function Guide() {
  const avatar = useRef<SpatiusAvatar>(null);
  const [character, setCharacter] = useState('aria');
  const [state, setState] = useState('quiet');

  return (
    <>
      <Avatar
        ref={avatar}
        avatarId={character}
        style={{ display: 'block', width: 320, height: 400 }}
        onAvatarConversationState={(event) => setState(event.state === 'playing' ? 'speaking' : 'quiet')}
      />
      <p>
        <select aria-label="Character" value={character} onChange={(event) => setCharacter(event.target.value)}>
          <option>aria</option>
          <option>theo</option>
          <option>nia</option>
        </select>
        <button onClick={() => avatar.current?.speak('/hello.mp3')}>Say hello</button>
        <output>{state}</output>
      </p>
    </>
  );
}
