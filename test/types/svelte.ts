import type { SvelteHTMLElements } from 'svelte/elements';
import 'spatius-avatar/svelte';

/** What a template's tag is checked against. */
export const guide: SvelteHTMLElements['spatius-avatar'] = {
  'avatar-id': 'theo',
  muted: true,
  'onavatar-conversation-state': ({ state, currentTarget }) => state === 'idle' && currentTarget.close(),
  requestToken: async () => 'token',
};
// @ts-expect-error there is no such style
export const wrong: SvelteHTMLElements['spatius-avatar'] = { 'speech-style': 'loud' };
