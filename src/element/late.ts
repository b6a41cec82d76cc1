/** What is not needed for the first picture: other languages, and the looks of what comes later. One request. */
export { LanguageController } from './language-controller.js';
export { lateStyles } from './late.styles.js';
