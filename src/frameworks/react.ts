'use client';

/**
 * `import { Avatar } from 'spatius-avatar/react'`: the element as a React component, safe to render on a server. Importing it also
 * registers the element and types its tag for JSX of React 19.
 */
import { createComponent } from '@lit/react';
import React, { type DetailedHTMLProps, type ForwardRefExoticComponent, type HTMLAttributes, type RefAttributes } from 'react';
import type { SpatiusAvatar } from '../index.js';
import * as element from '../index.js';
import type { AvatarAttributes, AvatarEvents, AvatarListeners, AvatarObjects, AvatarProperties, WithAvatar } from './attributes.js';

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

/** `avatar-ready` → `AvatarReady`. */
type Pascal<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Capitalize<Head>}${Pascal<Tail>}` : Capitalize<Name>;

type AvatarHandlers = {
  [Name in keyof AvatarEvents as `on${Pascal<Name>}`]?:
    | ((event: AvatarEvents[Name] & { readonly currentTarget: SpatiusAvatar }) => void)
    | undefined;
};

/** Props of `Avatar`: the element's properties in camel case, `onAvatarReady` and the like for events, `ref` for methods. */
export type AvatarProps = WithAvatar<HTMLAttributes<SpatiusAvatar>, AvatarProperties & AvatarHandlers>;

/** `onAvatarReady` → `avatar-ready`, for every event of the element. */
const EVENTS = Object.fromEntries(
  Object.values(element).flatMap((value) => {
    const name = (value as { eventName?: string }).eventName;
    return name ? [[`on-${name}`.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), name]] : [];
  }),
);

/** Property → attribute; null where only the property exists. */
const ATTRIBUTES = new Map(
  [...element.SpatiusAvatar.elementProperties]
    .filter(([, { state }]) => !state)
    .map(([name, { attribute }]) => [
      String(name),
      attribute === false ? null : String(attribute === true ? name : (attribute ?? name)).toLowerCase(),
    ]),
);

/** Properties that may hold objects or functions: `createComponent` sets what this prototype has, React sets attributes. */
class ObjectProperties {}
Object.assign(ObjectProperties.prototype, { transform: null });
for (const [name, attribute] of ATTRIBUTES) if (!attribute) Object.assign(ObjectProperties.prototype, { [name]: null });

const Tag = createComponent({
  react: React,
  tagName: 'spatius-avatar',
  elementClass: ObjectProperties as unknown as typeof SpatiusAvatar,
  events: EVENTS,
});

/** Before version 19, React writes `false` as the text of an attribute, which would count as true. */
const SETS_PROPERTIES = Number.parseInt(React.version, 10) >= 19;

/**
 * As attributes, settings are in the HTML of the server: the avatar begins to load before React runs. React changes an attribute only
 * when its prop has changed, so that a visitor's choice (muted, captions) survives an update.
 */
function tagProps(props: object): Record<string, unknown> {
  const entries = Object.entries(props).flatMap(([name, value]): [string, unknown][] => {
    const attribute = ATTRIBUTES.get(name);
    if (!attribute) return [[name, value]];
    return [[attribute, value === false && !SETS_PROPERTIES ? null : value]];
  });
  return Object.fromEntries(entries);
}

/** `<spatius-avatar>` as a component. Its handlers also work on tags that the server has rendered. */
export const Avatar: ForwardRefExoticComponent<AvatarProps & RefAttributes<SpatiusAvatar>> = React.forwardRef((props, ref) => {
  const tag = React.useRef<SpatiusAvatar>(null);
  const isKnown = React.useRef(false);
  React.useImperativeHandle(ref, () => tag.current!, []);
  React.useLayoutEffect(() => {
    // The avatar of a server-rendered tag may be shown before React has attached the handler.
    if (!isKnown.current && tag.current?.isReady) tag.current.dispatchEvent(new element.AvatarReadyEvent());
    isKnown.current = true;
  }, []);
  return React.createElement(Tag as ForwardRefExoticComponent<RefAttributes<SpatiusAvatar>>, { ...tagProps(props), ref: tag });
});
Avatar.displayName = 'Avatar';
