'use client';

import { useEffect, useRef, useState } from 'react';
import 'spatius-avatar';

export function Guide() {
  const avatar = useRef(null);
  const [character, setCharacter] = useState('aria');
  const [state, setState] = useState('quiet');

  // React adds no listeners of custom elements to a page that the server has rendered.
  useEffect(() => {
    const element = avatar.current;
    const hear = (event) => setState(event.state === 'playing' ? 'speaking' : 'quiet');
    element.addEventListener('avatar-conversation-state', hear);
    return () => element.removeEventListener('avatar-conversation-state', hear);
  }, []);

  return (
    <>
      <spatius-avatar ref={avatar} avatar-id={character} style={{ display: 'block', width: 320, height: 400 }} />
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
