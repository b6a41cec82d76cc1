/** Which renderer is to draw the avatar of a host: what its settings say, what was measured, and what has failed here. */
import type { Renderer } from '../../shared/contracts/stage.js';
import type { AvatarHost } from './avatar-host.js';
import { rememberedRenderer } from './remembered-renderer.js';

export class RendererChoice {
  /** Why WebGPU is not to draw, whoever asks for it. */
  gpuObstacle: string | null = null;
  private readonly host: Pick<AvatarHost, 'assemblySettings'>;

  constructor(host: Pick<AvatarHost, 'assemblySettings'>) {
    this.host = host;
  }

  get renderer(): Renderer {
    if (this.gpuObstacle !== null) return 'webgl';
    const { wanted } = this;
    return wanted === 'auto' ? (this.measured ?? 'webgl') : wanted;
  }

  get wanted(): Renderer | 'auto' {
    return this.host.assemblySettings.renderer ?? 'auto';
  }

  /** What was found to draw the avatar of the settings faster; null before that was measured. */
  get measured(): Renderer | null {
    const { src, avatarId } = this.host.assemblySettings;
    return rememberedRenderer(src ?? avatarId);
  }
}
