/** The element's attributes and events as frameworks want them, derived from the element so that none can be missing. */
import type { LitElement } from 'lit';
import type { AvatarProperties as Properties } from '../element/avatar-properties.js';
import type { SpatiusAvatar } from '../index.js';

type Primitive = string | number | boolean;

type OwnKey = Exclude<keyof Properties, keyof LitElement>;
type PrimitiveKey = { [Key in OwnKey]: [Extract<SpatiusAvatar[Key], Primitive>] extends [never] ? never : Key }[OwnKey];

/** `avatarId` → `avatar-id`. */
type Kebab<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Tail extends Uncapitalize<Tail>
    ? `${Lowercase<Head>}${Kebab<Tail>}`
    : `${Lowercase<Head>}-${Kebab<Tail>}`
  : Name;

/** Attributes as in HTML. */
export type AvatarAttributes = {
  [Key in PrimitiveKey as Kebab<Key>]?: Extract<SpatiusAvatar[Key], Primitive> | undefined;
};

/** The same as properties, and those that are objects or functions. */
export type AvatarProperties = { [Key in OwnKey]?: SpatiusAvatar[Key] | undefined };

/** Properties that no attribute can hold. */
export type AvatarObjects = Pick<AvatarProperties, Exclude<OwnKey, PrimitiveKey>>;

/** Event name → event. */
export type AvatarEvents = {
  [Name in keyof HTMLElementEventMap as Name extends `avatar-${string}` ? Name : never]: HTMLElementEventMap[Name];
};

/** Listeners as props: `onavatar-ready`, or `on:avatar-ready` with another prefix. */
export type AvatarListeners<Prefix extends string = 'on'> = {
  [Name in keyof AvatarEvents as `${Prefix}${Name}`]?: ((event: AvatarEvents[Name] & { currentTarget: SpatiusAvatar }) => void) | undefined;
};

/** A framework's attributes of every element, and ours. */
export type WithAvatar<Html, Own> = Omit<Html, keyof Own> & Own;
