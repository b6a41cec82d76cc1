/** Sample speech: `speech/index.json` lists the clips and their titles; captions are in the same folder. */

/** @returns {Promise<{title: string, url: string, language: string, cues: string}[]>} Empty if there are none. */
export async function loadSamples() {
  try {
    const base = new URL('speech/', import.meta.url);
    const response = await fetch(new URL('index.json', base));
    if (!response.ok) return [];
    const index = await response.json();
    return await Promise.all(
      index.map(async ({ title, file, language }) => {
        const url = new URL(file, base).href;
        const captions = await fetch(url.replace(/mp3$/, 'vtt'));
        return { title, language, url, cues: await captions.text() };
      }),
    );
  } catch {
    return [];
  }
}

/** Adds a radio button per clip to a fieldset; the first is selected. */
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
