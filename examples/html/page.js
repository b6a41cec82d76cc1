const avatar = document.querySelector('spatius-avatar');
const character = document.querySelector('select');
const state = document.querySelector('output');

character.addEventListener('change', () => avatar.setAttribute('avatar-id', character.value));
document.querySelector('button').addEventListener('click', () => avatar.speak('./hello.mp3'));
avatar.addEventListener('avatar-conversation-state', (event) => {
  state.textContent = event.state === 'playing' ? 'speaking' : 'quiet';
});
