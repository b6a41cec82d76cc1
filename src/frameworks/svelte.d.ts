/** `import 'spatius-avatar/svelte'`: the element, and its types for templates of Svelte 5. */
import type { HTMLAttributes } from 'svelte/elements';
import type { SpatiusAvatar } from '../index.js';
import type { AvatarAttributes, AvatarListeners, AvatarObjects, WithAvatar } from './attributes.js';

export * from '../index.js';

/** Attributes of `<spatius-avatar>` as in HTML, `onavatar-ready` and the like for events, `bind:this` for methods. */
export type SpatiusAvatarAttributes = WithAvatar<HTMLAttributes<SpatiusAvatar>, AvatarAttributes & AvatarObjects & AvatarListeners>;

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'spatius-avatar': SpatiusAvatarAttributes;
  }
}
