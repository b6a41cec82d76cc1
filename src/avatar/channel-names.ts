/** The page's own names for shapes and joints. */
import { type ChannelNames, checkChannelNames } from '../shared/contracts/channel-names.js';

let page: ChannelNames = {};

/**
 * Gives names of shapes and joints a meaning, in addition to those that are understood anyway, and in addition to earlier calls.
 * Applies to avatars that are loaded afterwards, on the whole page; an element's `channelNames` override it.
 *
 * @example setChannelNames({ Mund_auf: 'jawOpen', Kopf_2: 'head', mouthOpen_old: null })
 * @throws {AvatarError} `invalidConfiguration`, naming the entry that cannot work.
 */
export function setChannelNames(names: ChannelNames): void {
  page = { ...page, ...checkChannelNames(names) };
}

/** @param own Names of one avatar alone. */
export function channelNamesWith(own: ChannelNames | null | undefined): ChannelNames {
  return { ...page, ...own };
}
