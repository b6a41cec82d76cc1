/** Everything that lives with an avatar; loaded with the first of a page. */
export { Avatar } from './avatar.js';
export { AvatarPicture } from './avatar-picture.js';
