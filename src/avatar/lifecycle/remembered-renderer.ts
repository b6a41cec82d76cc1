/** Which renderer was the faster one for an avatar, measured once per session of a browser's tab. */
import type { Renderer } from '../../shared/contracts/stage.js';

/** `src`, or the id of the avatar. */
export type AvatarSource = string | Blob | null;

/** Where a page may keep nothing, it is measured once per page. */
const ofPage = new Map<string, string>();

/** Without its query, which may hold a key. */
const keyOf = (source: AvatarSource): string => `spatius-avatar renderer ${String(source).replace(/[?#].*$/s, '')}`;

/** A file itself, or a URL that is one or stands for one. */
const isNameless = (source: AvatarSource): boolean => source instanceof Blob || /^(data|blob):/i.test(source ?? '');

/** Null before it was measured. What has no name cannot be remembered: WebGL draws it. */
export function rememberedRenderer(source: AvatarSource): Renderer | null {
  if (isNameless(source)) return 'webgl';
  const key = keyOf(source);
  try {
    return (sessionStorage.getItem(key) ?? ofPage.get(key) ?? null) as Renderer | null;
  } catch {
    return (ofPage.get(key) ?? null) as Renderer | null;
  }
}

export function rememberRenderer(source: AvatarSource, renderer: Renderer): void {
  const key = keyOf(source);
  ofPage.set(key, renderer);
  try {
    sessionStorage.setItem(key, renderer);
  } catch {
    // The page's own memory has it.
  }
}
