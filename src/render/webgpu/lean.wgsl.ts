/**
 * The fragment half of the lean shader in WGSL: the same formulas as `materials/lean-fragment.glsl.ts`, which explains them.
 * Change both together; a test compares the two pictures.
 */

/** Lights, tone mapping and shared functions. */
export const LEAN_COMMON = /* wgsl */ `
const KEY_FROM = vec3<f32>(-0.563, 0.525, 0.638);
const KEY_HALF = vec3<f32>(-0.311, 0.290, 0.905);
const KEY = vec3<f32>(1.04, 0.8944, 0.7696);
const FILL_FROM = vec3<f32>(0.782, -0.112, 0.613);
const FILL_HALF = vec3<f32>(0.435, -0.062, 0.898);
const FILL = vec3<f32>(0.44, 0.3608, 0.33);
const RIM_FROM = vec3<f32>(0.569, 0.447, -0.690);
const RIM = vec3<f32>(0.95, 0.8265, 0.703);
const COOL_RIM_FROM = vec3<f32>(-0.736, 0.303, -0.606);
const COOL_RIM = vec3<f32>(0.3224, 0.4092, 0.62);
const SKY = vec3<f32>(0.43, 0.44, 0.47);
const GROUND = vec3<f32>(0.31, 0.22, 0.185);

fn power4(x: f32) -> f32 {
  let square = x * x;
  return square * square;
}

fn power16(x: f32) -> f32 {
  return power4(power4(x));
}

fn power64(x: f32) -> f32 {
  return power4(power16(x));
}

fn edgeOf(n: vec3<f32>) -> f32 {
  return 1.0 - clamp(n.z, 0.0, 1.0);
}

fn sky(n: vec3<f32>) -> vec3<f32> {
  return mix(GROUND, SKY, 0.5 + 0.5 * n.y);
}

fn rims(n: vec3<f32>, grazing: f32) -> vec3<f32> {
  return (RIM * max(dot(n, RIM_FROM) + 0.25, 0.0) + COOL_RIM * max(dot(n, COOL_RIM_FROM) + 0.25, 0.0)) * grazing;
}

fn diffuse(n: vec3<f32>, wrap: vec3<f32>, occlusion: vec3<f32>, direct: f32) -> vec3<f32> {
  let key = clamp((vec3<f32>(dot(n, KEY_FROM)) + wrap) / (1.0 + wrap), vec3<f32>(0.0), vec3<f32>(1.0));
  let fill = clamp((dot(n, FILL_FROM) + 0.45) / 1.45, 0.0, 1.0);
  return (KEY * key + FILL * fill) * mix(vec3<f32>(1.0), occlusion, direct) + sky(n) * occlusion;
}

fn display(linear: vec3<f32>) -> vec4<f32> {
  var color = linear;
  let low = min(color.r, min(color.g, color.b));
  color -= select(0.04, low - 6.25 * low * low, low < 0.08);
  let peak = max(color.r, max(color.g, color.b));
  if (peak > 0.76) {
    let pressed = 1.0 - 0.0576 / (peak - 0.52);
    color *= pressed / peak;
    color = mix(vec3<f32>(pressed), color, 1.0 / (0.15 * (peak - pressed) + 1.0));
  }
  let root = sqrt(max(color, vec3<f32>(0.0)));
  let root4 = sqrt(root);
  return vec4<f32>(0.585122381 * root + 0.783140355 * root4 - 0.368262736 * sqrt(root4), 1.0);
}

fn strandSine(t: vec3<f32>, h: vec3<f32>) -> f32 {
  let along = dot(t, h);
  return max(1.0 - along * along, 0.0);
}

fn zigzag(x: f32) -> f32 {
  return abs(fract(x) - 0.5) * 4.0 - 1.0;
}

fn irisOf(place: vec2<f32>, irisColor: vec3<f32>, irisRim: vec3<f32>, pupil: f32) -> vec3<f32> {
  let r = length(place);
  let angle = atan2(place.y, place.x);
  let fibres = sin(angle * 31.0 + 2.3 * sin(angle * 7.0 + r * 3.0)) * 0.5 + sin(angle * 67.0 + r * 5.0) * 0.3
    + sin(angle * 113.0 + 4.0 * r) * 0.2;
  let inner = 1.0 - smoothstep(0.35, 0.95, r);
  var tint = irisColor * (0.7 + 0.8 * inner) * (1.0 + 0.34 * fibres * smoothstep(pupil, 0.75, r));
  tint *= mix(2.2, 0.42, smoothstep(-0.8, 0.65, place.y));
  tint = mix(tint, irisRim, smoothstep(0.74, 0.96, r) * 0.95);
  return tint * smoothstep(pupil - 0.05, pupil + 0.06, r);
}

fn litEye(n: vec3<f32>, albedo: vec3<f32>, open: f32) -> vec4<f32> {
  let lid = mix(0.42, 1.0, 1.0 - smoothstep(0.02, 0.62, n.y)) * mix(0.75, 1.0, open);
  let key = clamp((dot(n, KEY_FROM) + 0.5) / 1.5, 0.0, 1.0);
  let window = smoothstep(0.9900, 0.9950, dot(n, vec3<f32>(-0.200, 0.240, 0.950)));
  let bounce = smoothstep(0.9960, 0.9990, dot(n, vec3<f32>(0.190, -0.170, 0.967)));
  let lit = albedo * (0.25 + 0.42 * key + sky(n) * 0.8) * lid + vec3<f32>(1.0, 0.97, 0.93) * (0.95 * window + 0.28 * bounce);
  return display(lit);
}
`;

/** `mask` is 0 for meshes without one. */
export const LEAN_SKIN = /* wgsl */ `
fn leanSkin(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>, mask: vec2<f32>) -> vec4<f32> {
  let edge = edgeOf(n);
  let edge2 = edge * edge;
  let key = max(dot(n, KEY_HALF), 0.0);
  let fill = max(dot(n, FILL_HALF), 0.0);
  let key8 = power4(key * key);
  let fill8 = power4(fill * fill);
  var lit = albedo * diffuse(n, vec3<f32>(0.42, 0.20, 0.14), occlusion.rgb, 0.55);
  let shine = key8 * 0.085 + fill8 * 0.02 + (power4(key8) * key8 * key8 * 0.42 + power4(fill8) * fill8 * 0.08) * mask.x;
  lit += albedo * vec3<f32>(0.45, 0.11, 0.06) * mask.y * (0.6 + max(-dot(n, KEY_FROM), 0.0));
  lit += KEY * shine * occlusion.a;
  lit += albedo * vec3<f32>(0.27, 0.155, 0.12) * edge2 * edge * occlusion.rgb;
  lit += mix(albedo, vec3<f32>(0.6), 0.25) * rims(n, edge2) * 0.8 * occlusion.a;
  return display(lit);
}
`;

export const LEAN_STRANDS = /* wgsl */ `
fn leanStrands(smooth_n: vec3<f32>, base: vec3<f32>, occlusion: vec4<f32>, tangent: vec3<f32>, strand: vec3<f32>) -> vec4<f32> {
  let edge = edgeOf(smooth_n);
  let t = normalize(tangent);
  let seed = strand.y;
  let wave = zigzag(strand.x * 1.1 + seed) * 0.5 + zigzag(strand.x * 2.7 + seed * 3.1) * 0.3 + zigzag(strand.x * 5.3 + seed * 7.7) * 0.25;
  let n = normalize(smooth_n + cross(smooth_n, t) * wave * 0.42 * (1.0 - edge));
  let albedo = base * (1.0 + 0.24 * wave + 0.2 * zigzag(seed * 5.0));
  var lit = albedo * diffuse(n, vec3<f32>(0.32), occlusion.rgb, 0.7);
  let sine16 = power16(strandSine(normalize(t - n * 0.12), KEY_HALF));
  let sharp = sine16 * power4(sine16);
  let sine = strandSine(normalize(t + n * 0.18), KEY_HALF);
  let broad = sine * power4(sine);
  let isLit = smoothstep(-0.25, 0.45, dot(n, KEY_FROM));
  lit += KEY * ((albedo * 0.8 + 0.04) * sharp + albedo * 0.62 * broad) * isLit * strand.z * occlusion.rgb * occlusion.a;
  lit += (albedo * 1.3 + 0.03) * rims(n, edge * edge) * occlusion.a;
  return display(lit);
}
`;

export const LEAN_HAIR = /* wgsl */ `
fn leanHair(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>) -> vec4<f32> {
  let edge = edgeOf(n);
  var lit = albedo * diffuse(n, vec3<f32>(0.32), occlusion.rgb, 0.7);
  lit += KEY * power16(max(dot(n, KEY_HALF), 0.0)) * (albedo * 0.5 + 0.02) * occlusion.a;
  lit += (albedo * 1.3 + 0.03) * rims(n, edge * edge) * occlusion.a;
  return display(lit);
}
`;

export const LEAN_EYE = /* wgsl */ `
fn leanEye(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>) -> vec4<f32> {
  return litEye(n, albedo, occlusion.a);
}
`;

/** `eye` in the axes of the eyeball, `eye_view` from there towards the camera. */
export const LEAN_IRIS = /* wgsl */ `
fn leanIris(n: vec3<f32>, occlusion: vec4<f32>, eye: vec3<f32>, eye_view: vec3<f32>, iris_color: vec3<f32>, iris_rim: vec3<f32>, sizes: vec3<f32>) -> vec4<f32> {
  let iris_radius = sizes.x;
  let pupil = sizes.y;
  let eye_radius = sizes.z;
  let r = length(eye.xy) / iris_radius;
  let depth = 0.16 * eye_radius * clamp(1.0 - r * r, 0.0, 1.0);
  let place = (eye.xy - eye_view.xy / max(eye_view.z, 0.4 * length(eye_view)) * depth) / iris_radius;
  let white = vec3<f32>(0.85, 0.805, 0.765);
  var albedo = mix(white, irisOf(place, iris_color, iris_rim, pupil), (1.0 - smoothstep(0.94, 1.05, r)) * step(0.0, eye.z));
  albedo *= mix(vec3<f32>(1.0), vec3<f32>(0.80, 0.62, 0.56), smoothstep(1.25, 2.1, r) * 0.7);
  return litEye(n, albedo, occlusion.a);
}
`;

export const LEAN_CLOTH = /* wgsl */ `
fn leanCloth(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>) -> vec4<f32> {
  let edge = edgeOf(n);
  let edge2 = edge * edge;
  var lit = albedo * diffuse(n, vec3<f32>(0.25), occlusion.rgb, 0.7);
  lit += albedo * edge2 * 0.35 * occlusion.rgb;
  lit += mix(albedo, vec3<f32>(0.5), 0.15) * rims(n, edge2 * edge) * 0.7 * occlusion.a;
  return display(lit);
}
`;

export const LEAN_TEETH = /* wgsl */ `
fn leanTeeth(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>) -> vec4<f32> {
  var lit = albedo * diffuse(n, vec3<f32>(0.4, 0.3, 0.26), mix(vec3<f32>(0.30), vec3<f32>(1.0), occlusion.rgb), 0.9) * 0.92;
  lit += KEY * power64(max(dot(n, KEY_HALF), 0.0)) * 0.22 * occlusion.a;
  return display(lit);
}
`;

/** Lashes and brows. */
export const LEAN_FUR = /* wgsl */ `
fn leanFur(n: vec3<f32>, albedo: vec3<f32>, occlusion: vec4<f32>) -> vec4<f32> {
  return display(albedo * diffuse(n, vec3<f32>(0.5), mix(vec3<f32>(1.0), occlusion.rgb, 0.6), 0.5));
}
`;
