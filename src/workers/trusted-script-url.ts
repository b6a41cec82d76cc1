/**
 * Pages that send `require-trusted-types-for 'script'` start workers from URLs that a policy has passed. Ours is called
 * `spatius-avatar`: such a page names it in its `trusted-types` directive.
 */
interface TrustedScripts {
  createScriptURL(url: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: TrustedScripts): TrustedScripts;
}

let policy: TrustedScripts | undefined;

/** @param url Of one of this package's files, or of what the page has put in its place: never of what a visitor can say. */
export function trustedScriptUrl(url: string): string {
  policy ??= makePolicy();
  return policy.createScriptURL(url);
}

function makePolicy(): TrustedScripts {
  const rules: TrustedScripts = { createScriptURL: (url) => url };
  try {
    return (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('spatius-avatar', rules) ?? rules;
  } catch {
    // Not named by the page, or the script is there twice; where types are required the worker's own error tells.
    return rules;
  }
}
