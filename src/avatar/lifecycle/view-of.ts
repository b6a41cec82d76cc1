/** The window that shows an element: not the script's own after a move into an iframe or a Picture-in-Picture window. */
export const viewOf = (element: Element): Window & typeof globalThis => element.ownerDocument.defaultView ?? window;
