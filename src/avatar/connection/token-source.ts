/** Where Session Tokens come from, as the app says it. */
export interface TokenSource {
  /** A token given by hand; cannot be refreshed. */
  readonly sessionToken?: string | null;
  /** URL that answers a POST of `{appId}` with JSON that holds a token. */
  readonly tokenEndpoint?: string | URL | null;
  /** The app's own way; wins over the other two. */
  readonly requestToken?: ((isRefresh: boolean) => Promise<string>) | null;
}

/** True when both would give the same tokens. */
export function isSameTokenSource(one: TokenSource, other: TokenSource): boolean {
  return (
    (one.sessionToken ?? null) === (other.sessionToken ?? null) &&
    String(one.tokenEndpoint ?? '') === String(other.tokenEndpoint ?? '') &&
    (one.requestToken ?? null) === (other.requestToken ?? null)
  );
}
