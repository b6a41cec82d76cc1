/** What the first picture does not need: other languages, the sound button, and the styles of later parts. One request. */
export { LanguageController } from './language-controller.js';
export { lateStyles } from './late.styles.js';
export { soundButton } from './late-overlays.js';
