/** Colours of the timeline; the page's colours are in its style sheet. */

/** One per viseme: lips, then tongue, then vowels around the colour circle. */
export const VISEME_COLOURS = [
  '#8a8d99',
  '#e5484d',
  '#f76b15',
  '#ffa42b',
  '#d6b400',
  '#8fb300',
  '#46a758',
  '#12a594',
  '#00a2c7',
  '#0090ff',
  '#4d6bff',
  '#6e56cf',
  '#9a4fd0',
  '#d6409f',
  '#f0569a',
];

/** Reads the colours that canvases need from the style sheet; call it again after a change of theme. */
export function readColours() {
  const style = getComputedStyle(document.querySelector('.tracks'));
  const of = (name) => {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    document.querySelector('.tracks').append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  return {
    ink: of('--ink'),
    soft: of('--ink-soft'),
    line: of('--line'),
    accent: of('--accent'),
    second: of('--second'),
    font: style.fontFamily,
  };
}
