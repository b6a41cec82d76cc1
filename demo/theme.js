/** The button that switches between light and dark; the system decides until it is pressed. */

/** @param {HTMLButtonElement} button @param {() => void} [onChange] Called after every change, the system's included. */
export function connectTheme(button, onChange = () => {}) {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  button.addEventListener('click', () => {
    root.style.colorScheme = isDark() ? 'light' : 'dark';
    onChange();
  });
  system.addEventListener('change', onChange);
}

/** What the page shows now. */
export function isDark() {
  const { colorScheme } = getComputedStyle(document.documentElement);
  return colorScheme === 'dark' || (colorScheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}
