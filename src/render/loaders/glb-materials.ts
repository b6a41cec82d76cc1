import {
  ClampToEdgeWrapping,
  DoubleSide,
  LinearFilter,
  LinearMipmapLinearFilter,
  MeshBasicMaterial,
  MeshStandardMaterial,
  MirroredRepeatWrapping,
  NearestFilter,
  RepeatWrapping,
  SRGBColorSpace,
  Texture,
  type Material,
  type Wrapping,
} from 'three';
import { entry, type GlbFile } from './glb-file.js';
import type { GltfMaterial, TextureReference } from './gltf-json.js';

const WRAPPING: Record<number, Wrapping> = { 33071: ClampToEdgeWrapping, 33648: MirroredRepeatWrapping };
const NEAREST = 9728;

/** Materials of a file as three.js's own. */
export class GlbMaterials {
  private readonly file: GlbFile;
  private readonly images = new Map<number, Promise<ImageBitmap>>();
  private readonly textures = new Map<string, Promise<Texture>>();
  private readonly materials = new Map<string, Promise<Material>>();

  constructor(file: GlbFile) {
    this.file = file;
  }

  /** The same object for the same arguments. */
  material(index: number | undefined, hasVertexColors: boolean): Promise<Material> {
    const key = `${index} ${hasVertexColors}`;
    let material = this.materials.get(key);
    if (!material) {
      const json = index === undefined ? {} : entry(this.file.json.materials, index);
      this.materials.set(key, (material = this.create(json, hasVertexColors)));
    }
    return material;
  }

  private async create(json: GltfMaterial, vertexColors: boolean): Promise<Material> {
    const pbr = json.pbrMetallicRoughness ?? {};
    const [red = 1, green = 1, blue = 1, alpha = 1] = pbr.baseColorFactor ?? [];
    const map = await this.texture(pbr.baseColorTexture, true);
    const isBlended = json.alphaMode === 'BLEND';
    const common = {
      name: json.name ?? '',
      map,
      vertexColors,
      opacity: isBlended ? alpha : 1,
      transparent: isBlended,
      depthWrite: !isBlended,
      alphaTest: json.alphaMode === 'MASK' ? (json.alphaCutoff ?? 0.5) : 0,
      ...(json.doubleSided ? { side: DoubleSide } : {}),
      userData: json.extras ?? {},
    };
    const material = json.extensions?.KHR_materials_unlit ? new MeshBasicMaterial(common) : await this.physical(json, common);
    material.color.setRGB(red, green, blue);
    return material;
  }

  private async physical(json: GltfMaterial, common: object): Promise<MeshStandardMaterial> {
    const pbr = json.pbrMetallicRoughness ?? {};
    const [surface, normalMap, aoMap, emissiveMap] = await Promise.all([
      this.texture(pbr.metallicRoughnessTexture, false),
      this.texture(json.normalTexture, false),
      this.texture(json.occlusionTexture, false),
      this.texture(json.emissiveTexture, true),
    ]);
    const material = new MeshStandardMaterial({
      ...common,
      metalness: pbr.metallicFactor ?? 1,
      roughness: pbr.roughnessFactor ?? 1,
      metalnessMap: surface,
      roughnessMap: surface,
      normalMap,
      aoMap,
      aoMapIntensity: json.occlusionTexture?.strength ?? 1,
      emissiveMap,
    });
    material.normalScale.setScalar(json.normalTexture?.scale ?? 1);
    const [red, green, blue] = json.emissiveFactor ?? [0, 0, 0];
    material.emissive.setRGB(red, green, blue);
    return material;
  }

  private texture(reference: TextureReference | undefined, isColor: boolean): Promise<Texture | null> {
    if (!reference) return Promise.resolve(null);
    const key = JSON.stringify([reference.index, reference.texCoord, reference.extensions, isColor]);
    let texture = this.textures.get(key);
    if (!texture) this.textures.set(key, (texture = this.createTexture(reference, isColor)));
    return texture;
  }

  private async createTexture(reference: TextureReference, isColor: boolean): Promise<Texture> {
    const { json } = this.file;
    const source = entry(json.textures, reference.index);
    const sampler = source.sampler === undefined ? {} : entry(json.samplers, source.sampler);
    const texture = new Texture(await this.image(source.extensions?.EXT_texture_webp?.source ?? source.source ?? -1));
    texture.flipY = false;
    texture.wrapS = WRAPPING[sampler.wrapS ?? 0] ?? RepeatWrapping;
    texture.wrapT = WRAPPING[sampler.wrapT ?? 0] ?? RepeatWrapping;
    texture.magFilter = sampler.magFilter === NEAREST ? NearestFilter : LinearFilter;
    texture.minFilter = sampler.minFilter === NEAREST ? NearestFilter : LinearMipmapLinearFilter;
    if (isColor) texture.colorSpace = SRGBColorSpace;
    const transform = reference.extensions?.KHR_texture_transform;
    texture.channel = transform?.texCoord ?? reference.texCoord ?? 0;
    if (transform?.offset) texture.offset.fromArray(transform.offset);
    if (transform?.scale) texture.repeat.fromArray(transform.scale);
    if (transform?.rotation) texture.rotation = transform.rotation;
    texture.needsUpdate = true;
    return texture;
  }

  private image(index: number): Promise<ImageBitmap> {
    let image = this.images.get(index);
    if (!image) {
      const { bufferView, mimeType } = entry(this.file.json.images, index);
      if (bufferView === undefined) throw new Error('it refers to other files');
      const blob = new Blob([this.file.view(bufferView)], { type: mimeType ?? 'image/png' });
      // Colours are used as they are written; transparency must not darken what it hides.
      this.images.set(index, (image = createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' })));
    }
    return image;
  }
}
