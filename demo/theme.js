/** Button that switches between light and dark; until it is pressed, the page follows the system. */

/** @param {HTMLButtonElement} button @param {() => void} [onChange] Called after every change, including the system's. */
export function connectTheme(button, onChange = () => {}) {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  button.addEventListener('click', () => {
    root.style.colorScheme = isDark() ? 'light' : 'dark';
    onChange();
  });
  system.addEventListener('change', onChange);
}

/** Whether the page is dark now. */
export function isDark() {
  const { colorScheme } = getComputedStyle(document.documentElement);
  return colorScheme === 'dark' || (colorScheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
}
