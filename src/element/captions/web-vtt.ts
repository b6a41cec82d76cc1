/**
 * WebVTT → cues: blocks and times. What stands between tags in a cue is read by the browser; positions, regions and styles are not.
 *
 * @see https://www.w3.org/TR/webvtt1/#file-structure
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { CaptionCue } from './caption-cue.js';

const TIMES = /^\s*(?:(\d+):)?([0-5]\d):([0-5]\d\.\d{3})\s*-->\s*(?:(\d+):)?([0-5]\d):([0-5]\d\.\d{3})(?:\s|$)/;

/**
 * @param plainText From the text of a cue, with its tags and character references, to what is read.
 * @returns In order of their start. Blocks without times, or with times that cannot be, are passed over, as browsers do.
 * @throws {AvatarError} `invalidCues` for what does not begin like WebVTT.
 */
export function parseWebVtt(text: string, plainText: (markup: string) => string): CaptionCue[] {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  if (!/^WEBVTT(?:[ \t\n]|$)/.test(blocks[0]))
    throw new AvatarError(ErrorCode.invalidCues, 'Captions as text are WebVTT, which begins with WEBVTT.');
  const cues = blocks.flatMap((block): CaptionCue[] => {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => line.includes('-->'));
    const [, ...parts] = TIMES.exec(lines[at] ?? '') ?? [];
    if (parts.length === 0) return [];
    const [h0, m0, s0, h1, m1, s1] = parts.map((part) => Number(part ?? 0));
    const start = h0! * 3600 + m0! * 60 + s0!;
    const end = h1! * 3600 + m1! * 60 + s1!;
    const words = plainText(lines.slice(at + 1).join('\n')).trim();
    return end > start && words ? [{ start, end, text: words }] : [];
  });
  return cues.sort((one, other) => one.start - other.start);
}

/** By the browser's own reading of cue text; a missing piece of markup cannot become an element of the page. */
export function plainCueText(markup: string): string {
  const content = new VTTCue(0, 1, markup).getCueAsHTML();
  // Ruby text is a reading aid, not part of the text.
  for (const aid of content.querySelectorAll('rt')) aid.remove();
  return content.textContent ?? '';
}
