/** The built-in speech: `speech/index.json` names the clips, their titles and their words. */

/** @returns {Promise<{title: string, url: string, text: string}[]>} Empty when there are none. */
export async function loadSamples() {
  try {
    const base = new URL('speech/', import.meta.url);
    const response = await fetch(new URL('index.json', base));
    if (!response.ok) return [];
    const index = await response.json();
    return (Array.isArray(index) ? index : index.clips).map(({ title, file, text }) => ({
      title,
      text: text ?? '',
      url: new URL(file, base).href,
    }));
  } catch {
    return [];
  }
}

/** Fills a fieldset with one choice per clip; the first is chosen. */
export function showSamples(fieldset, samples) {
  fieldset.hidden = samples.length === 0;
  samples.forEach(({ title }, index) => {
    const label = document.createElement('label');
    const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'sample', value: index });
    const span = document.createElement('span');
    input.checked = index === 0;
    span.textContent = title;
    label.append(input, span);
    fieldset.append(label);
  });
}
