/** Written by `npm run build`; see `embedded-files.ts`. */
declare module '*.embedded.js' {
  const content: string;
  export default content;
}

/** What webpack and Vite replace when they build. */
declare const __webpack_require__: unknown;
interface ImportMeta {
  readonly env?: { readonly PROD?: boolean };
}
