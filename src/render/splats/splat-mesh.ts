import {
  BufferAttribute,
  BufferGeometry,
  type Camera,
  DataTexture,
  GLSL3,
  Mesh,
  type PerspectiveCamera,
  RawShaderMaterial,
  RGBAIntegerFormat,
  UnsignedIntType,
  Vector4,
  type WebGLRenderer,
} from 'three';
import { SPLATS_PER_ROW, type SplatCamera, type SplatProjector } from './splat-projector.js';
import { splatFragmentShader, splatVertexShader } from './splat-shader.glsl.js';

const viewport = new Vector4();

/** Updates the projector for the camera of the next draw call. */
export type ProjectSplats = (camera: SplatCamera) => void;

/**
 * Projected splats as quads, in one draw call: only an index per vertex, the rest comes from a texture that is uploaded with each
 * frame. Not instanced, since instances are expensive in software GL.
 */
export function createSplatMesh(
  projector: SplatProjector,
  capacity: number,
  project: ProjectSplats,
): Mesh<BufferGeometry, RawShaderMaterial> {
  const width = SPLATS_PER_ROW * 2;
  const texture = new DataTexture(projector.words, width, projector.words.length / width / 4, RGBAIntegerFormat, UnsignedIntType);
  texture.internalFormat = 'RGBA32UI';
  const geometry = new BufferGeometry();
  geometry.setIndex(new BufferAttribute(quadIndex(capacity), 1));
  const material = new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader: splatVertexShader,
    fragmentShader: splatFragmentShader,
    uniforms: { splats: { value: texture } },
    transparent: true,
    premultipliedAlpha: true,
    depthTest: false,
    depthWrite: false,
  });
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  const camera = { viewMatrix: [] as ArrayLike<number>, projectionMatrix: [] as ArrayLike<number>, width: 0, height: 0, near: 0 };
  mesh.onBeforeRender = (renderer: WebGLRenderer, _scene: unknown, used: Camera) => {
    // Not the canvas size: several avatars may share one.
    renderer.getCurrentViewport(viewport);
    camera.viewMatrix = used.matrixWorldInverse.elements;
    camera.projectionMatrix = used.projectionMatrix.elements;
    camera.width = viewport.z;
    camera.height = viewport.w;
    camera.near = (used as PerspectiveCamera).near;
    project(camera);
    geometry.setDrawRange(0, projector.count * 6);
    texture.needsUpdate = true;
  };
  return mesh;
}

/** Two triangles per quad; vertex 4 i + k is corner k of splat i. */
function quadIndex(count: number): Uint32Array {
  const index = new Uint32Array(count * 6);
  for (let splat = 0; splat < count; splat++) {
    const first = splat * 4;
    index.set([first, first + 1, first + 2, first + 2, first + 1, first + 3], splat * 6);
  }
  return index;
}
