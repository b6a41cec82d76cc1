/** `import 'spatius-avatar/preact'`: the element, and its types for JSX of Preact. */
import type { HTMLAttributes } from 'preact';
import type { SpatiusAvatar } from '../index.js';
import type { AvatarAttributes, AvatarListeners, AvatarObjects, WithAvatar } from './attributes.js';

export * from '../index.js';

/** Props of `<spatius-avatar>`: attributes as in HTML, `onavatar-ready` and the like for events, `ref` for methods. */
export type SpatiusAvatarProps = WithAvatar<HTMLAttributes<SpatiusAvatar>, AvatarAttributes & AvatarObjects & AvatarListeners>;

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'spatius-avatar': SpatiusAvatarProps;
    }
  }
}
