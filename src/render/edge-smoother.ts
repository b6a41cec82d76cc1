import {
  BufferGeometry,
  Camera,
  FramebufferTexture,
  GLSL3,
  LinearFilter,
  NoBlending,
  Points,
  RawShaderMaterial,
  Vector4,
  type WebGLRenderer,
} from 'three';
import { SMOOTHING_FRAGMENT_SHADER, SMOOTHING_VERTEX_SHADER, TILE_SIZE } from './edge-smoother.glsl.js';

/**
 * Smooths a picture that was drawn without antialiasing, in place: it is copied to a texture, and tiles with edges are redrawn
 * from it. In software GL, where the CPU draws each sample of a pixel, this costs a sixth to a quarter of antialiasing.
 */
export class EdgeSmoother {
  private readonly renderer: WebGLRenderer;
  private readonly material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: SMOOTHING_VERTEX_SHADER,
    fragmentShader: SMOOTHING_FRAGMENT_SHADER,
    uniforms: { picture: { value: null } },
    blending: NoBlending,
    depthTest: false,
    depthWrite: false,
  });
  private readonly tiles = new Points(new BufferGeometry(), this.material);
  private readonly camera = new Camera();
  private readonly viewport = new Vector4();
  private picture = new FramebufferTexture(0, 0);

  constructor(renderer: WebGLRenderer) {
    this.renderer = renderer;
    this.tiles.frustumCulled = false;
    // Compile now, not in the first frame.
    renderer.compile(this.tiles, this.camera);
  }

  /** Smooths the last drawn picture. The viewport must still be that of the picture, and begin at the lower left. */
  smooth(): void {
    const { renderer, viewport } = this;
    renderer.getCurrentViewport(viewport);
    this.resize(viewport.z, viewport.w);
    renderer.copyFramebufferToTexture(this.picture);
    renderer.autoClear = false;
    renderer.render(this.tiles, this.camera);
    renderer.autoClear = true;
  }

  dispose(): void {
    this.picture.dispose();
    this.material.dispose();
    this.tiles.geometry.dispose();
  }

  private resize(width: number, height: number): void {
    const { image } = this.picture;
    if (image.width === width && image.height === height) return;
    this.picture.dispose();
    this.picture = new FramebufferTexture(width, height);
    this.picture.minFilter = this.picture.magFilter = LinearFilter;
    this.material.uniforms.picture.value = this.picture;
    this.tiles.geometry.setDrawRange(0, Math.ceil(width / TILE_SIZE) * Math.ceil(height / TILE_SIZE));
  }
}
