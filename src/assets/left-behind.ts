/**
 * Whether a bundler has merged a module into a file of its own and left the files behind that lay beside the module.
 *
 * @param here The module's `import.meta.url`; empty in classic scripts.
 * @param ownPath The end of the module's URL when it is not bundled. webpack writes the path of the source.
 * @param path The file's, relative to the module.
 * @param place The file's URL as `new URL('path', import.meta.url)` gives it: bundlers that know the form have changed the path.
 */
export function isLeftBehind(here: string | undefined, ownPath: string, path: string, place: () => URL): boolean {
  if (!here) return true;
  return !new URL(here).pathname.endsWith(ownPath) && place().href === new URL(path, here).href;
}
