/** `import 'spatius-avatar/solid'`: the element, and its types for JSX of Solid. */
import type { JSX } from 'solid-js';
import type { SpatiusAvatar } from '../index.js';
import type { AvatarAttributes, AvatarListeners, AvatarObjects, WithAvatar } from './attributes.js';

export * from '../index.js';

/** Props of `<spatius-avatar>`: attributes as in HTML, `prop:room` for objects, `on:avatar-ready` and the like for events. */
export type SpatiusAvatarProps = WithAvatar<
  JSX.HTMLAttributes<SpatiusAvatar>,
  AvatarAttributes & { [Name in keyof AvatarObjects as `prop:${Name}`]?: AvatarObjects[Name] } & AvatarListeners<'on:'>
>;

declare module 'solid-js' {
  namespace JSX {
    interface IntrinsicElements {
      'spatius-avatar': SpatiusAvatarProps;
    }
  }
}
