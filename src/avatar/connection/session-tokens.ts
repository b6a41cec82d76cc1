/** The tokens of one avatar: opened with the options of the first request, forgotten when those change. */
import { Lazy } from '../../shared/core/lazy.js';
import { type AvatarOptions, DEFAULT_AVATAR_OPTIONS } from '../avatar-options.js';
import type { TokenProvider } from './session-token.js';

export class SessionTokens {
  private readonly baseUrl: () => string;
  private options = DEFAULT_AVATAR_OPTIONS;
  private readonly provider = new Lazy(() => this.open(this.options));

  /** @param baseUrl Base of a relative token endpoint. */
  constructor(baseUrl: () => string) {
    this.baseUrl = baseUrl;
  }

  /** @throws {AvatarError} `tokenRequestFailed`, `invalidConfiguration`. */
  async request(options: AvatarOptions, isRefresh: boolean): Promise<string> {
    this.options = options;
    return (await this.provider.get()).token(isRefresh);
  }

  forget(): void {
    this.provider.reset();
  }

  // Loaded when the first token is requested: only pages that connect to a server need one.
  private async open({ token: source, appId }: AvatarOptions): Promise<TokenProvider> {
    const { TokenProvider } = await import('./session-token.js');
    return new TokenProvider({ source, appId, baseUrl: this.baseUrl() });
  }
}
