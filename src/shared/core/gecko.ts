/**
 * Whether this is Firefox's engine; others are only "like Gecko". For what no feature tells and trying would harm:
 * `docs/decisions/` records each use.
 *
 * @param userAgent `navigator.userAgent`, of the page or of a worker.
 */
export function isGecko(userAgent: string): boolean {
  return userAgent.includes(' Gecko/');
}
