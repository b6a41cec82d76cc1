/** `import 'spatius-avatar/vue'`: the element, and its types for templates of Vue 3. */
import type { EmitFn, HTMLAttributes, PublicProps } from 'vue';
import type { SpatiusAvatar } from '../index.js';
import type { AvatarAttributes, AvatarEvents, AvatarProperties, WithAvatar } from './attributes.js';

export * from '../index.js';

/** The element as a template sees it: `avatar-id="theo"`, `:room="room"`, `@avatar-ready="…"`, `ref` for methods. */
export type SpatiusAvatarComponent = new () => SpatiusAvatar & {
  /** @deprecated Only what templates are checked against; the element has no such property. */
  $props: WithAvatar<HTMLAttributes & PublicProps, AvatarAttributes & AvatarProperties>;
  /** @deprecated Only what templates are checked against; the element has no such method. */
  $emit: EmitFn<{ [Name in keyof AvatarEvents]: (event: AvatarEvents[Name]) => void }>;
};

declare module 'vue' {
  interface GlobalComponents {
    'spatius-avatar': SpatiusAvatarComponent;
  }
}
