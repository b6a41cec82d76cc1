/** The tokens of one controller: opened with the options of the first request, forgotten when those change. */
import type { AvatarOptions } from '../avatar-options.js';
import type { TokenProvider } from './session-token.js';

export class SessionTokens {
  private readonly baseUrl: () => string;
  private provider: Promise<TokenProvider> | null = null;

  /** @param baseUrl Of a token endpoint that is given relative. */
  constructor(baseUrl: () => string) {
    this.baseUrl = baseUrl;
  }

  /** @throws {AvatarError} `tokenRequestFailed`, `invalidConfiguration`. */
  async request(options: AvatarOptions, isRefresh: boolean): Promise<string> {
    this.provider ??= this.open(options);
    return (await this.provider).token(isRefresh);
  }

  forget(): void {
    this.provider = null;
  }

  // Only those who connect to a server need it: it is loaded when the first token is asked for.
  private async open({ token: source, appId }: AvatarOptions): Promise<TokenProvider> {
    const { TokenProvider } = await import('./session-token.js');
    return new TokenProvider({ source, appId, baseUrl: this.baseUrl() });
  }
}
