/** `import 'spatius-avatar/react'`: the element, and its types for JSX of React 19. */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SpatiusAvatar } from '../index.js';
import type { AvatarAttributes, AvatarListeners, AvatarObjects, WithAvatar } from './attributes.js';

export * from '../index.js';

/** Props of `<spatius-avatar>`: attributes as in HTML, `onavatar-ready` and the like for events, `ref` for methods. */
export type SpatiusAvatarProps = WithAvatar<
  DetailedHTMLProps<HTMLAttributes<SpatiusAvatar>, SpatiusAvatar>,
  AvatarAttributes & AvatarObjects & AvatarListeners & { class?: string | undefined }
>;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'spatius-avatar': SpatiusAvatarProps;
    }
  }
}
