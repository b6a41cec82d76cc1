/**
 * Fragment half of the lean shader. Directions point to the light, in the axes of the camera; colours are linear and
 * already divided by π.
 *
 * Written for software GL, where every operation per pixel counts: powers are repeated squares, the view is approximated as
 * parallel (the lens is long), so that half vectors are constants.
 */
export const LEAN_FRAGMENT_SHADER = /* glsl */ `
varying vec3 vNormal;
varying vec3 vAlbedo;
varying vec4 vOcclusion;

#ifdef HAS_MASK
  varying vec2 vMask;
#endif

const vec3 KEY_FROM = vec3(-0.563, 0.525, 0.638);
const vec3 KEY_HALF = vec3(-0.311, 0.290, 0.905);
const vec3 KEY = vec3(1.0, 0.86, 0.74) * 1.04;
const vec3 FILL_FROM = vec3(0.782, -0.112, 0.613);
const vec3 FILL_HALF = vec3(0.435, -0.062, 0.898);
const vec3 FILL = vec3(1.0, 0.82, 0.75) * 0.44;
const vec3 RIM_FROM = vec3(0.569, 0.447, -0.690);
const vec3 RIM = vec3(1.0, 0.87, 0.74) * 0.95;
const vec3 COOL_RIM_FROM = vec3(-0.736, 0.303, -0.606);
const vec3 COOL_RIM = vec3(0.52, 0.66, 1.0) * 0.62;
const vec3 SKY = vec3(0.43, 0.44, 0.47);
const vec3 GROUND = vec3(0.31, 0.22, 0.185);

float power4(float x) {
  x *= x;
  return x * x;
}

float power16(float x) {
  return power4(power4(x));
}

float power64(float x) {
  return power4(power16(x));
}

vec3 sky(vec3 n) {
  return mix(GROUND, SKY, 0.5 + 0.5 * n.y);
}

/** Rim light from behind. */
vec3 rims(vec3 n, float grazing) {
  return (RIM * max(dot(n, RIM_FROM) + 0.25, 0.0) + COOL_RIM * max(dot(n, COOL_RIM_FROM) + 0.25, 0.0)) * grazing;
}

/**
 * Diffuse light of all lamps with baked occlusion; direct light is shaded less by it than the sky.
 * Wrapped: clamp((cos + w) / (1 + w)), w per channel, since light scatters inside skin.
 */
vec3 diffuse(vec3 n, vec3 wrap, vec3 occlusion, float direct) {
  vec3 key = clamp((dot(n, KEY_FROM) + wrap) / (1.0 + wrap), 0.0, 1.0);
  float fill = clamp((dot(n, FILL_FROM) + 0.45) / 1.45, 0.0, 1.0);
  return (KEY * key + FILL * fill) * mix(vec3(1.0), occlusion, direct) + sky(n) * occlusion;
}

#ifdef HAS_STRANDS
  varying vec3 vTangent;
  varying vec3 vStrand;

  /** Sine squared of the angle between a strand and a half vector (Kajiya & Kay 1989). */
  float strandSine(vec3 t, vec3 h) {
    float along = dot(t, h);
    return max(1.0 - along * along, 0.0);
  }

  /** A cheap approximation of a sine, −1..1 with period 1. */
  float zigzag(float x) {
    return abs(fract(x) - 0.5) * 4.0 - 1.0;
  }
#endif

#ifdef HAS_IRIS
  uniform vec3 irisColor;
  uniform vec3 irisRim;
  uniform float irisRadius;
  uniform float pupil;
  uniform float eyeRadius;
  varying vec3 vEye;
  varying vec3 vEyeView;

  vec3 iris(vec2 place) {
    float r = length(place);
    float angle = atan(place.y, place.x);
    float fibres = sin(angle * 31.0 + 2.3 * sin(angle * 7.0 + r * 3.0)) * 0.5 + sin(angle * 67.0 + r * 5.0) * 0.3
      + sin(angle * 113.0 + 4.0 * r) * 0.2;
    float inner = smoothstep(0.95, 0.35, r);
    vec3 tint = irisColor * (0.7 + 0.8 * inner) * (1.0 + 0.34 * fibres * smoothstep(pupil, 0.75, r));
    // A dish lit from above is dark at its upper edge and bright at its lower one.
    tint *= mix(2.2, 0.42, smoothstep(-0.8, 0.65, place.y));
    tint = mix(tint, irisRim, smoothstep(0.74, 0.96, r) * 0.95);
    return tint * smoothstep(pupil - 0.05, pupil + 0.06, r);
  }
#endif

/**
 * Neutral tone mapping (Khronos 2024), then sRGB by three square roots instead of a power; off by less than half a step
 * of 8 bits (Chilliant 2012).
 */
vec3 display(vec3 color) {
  float low = min(color.r, min(color.g, color.b));
  color -= low < 0.08 ? low - 6.25 * low * low : 0.04;
  float peak = max(color.r, max(color.g, color.b));
  if (peak > 0.76) {
    float pressed = 1.0 - 0.0576 / (peak - 0.52);
    color *= pressed / peak;
    color = mix(vec3(pressed), color, 1.0 / (0.15 * (peak - pressed) + 1.0));
  }
  vec3 root = sqrt(max(color, 0.0));
  vec3 root4 = sqrt(root);
  return 0.585122381 * root + 0.783140355 * root4 - 0.368262736 * sqrt(root4);
}

void main() {
  vec3 n = normalize(vNormal);
  #ifdef DOUBLE_SIDED
    if (!gl_FrontFacing) n = -n;
  #endif
  float edge = 1.0 - clamp(n.z, 0.0, 1.0);
  float edge2 = edge * edge;
  vec3 occlusion = vOcclusion.rgb;
  float open = vOcclusion.a;
  vec3 albedo = vAlbedo;
  vec3 lit;

  #ifdef SHADING_SKIN
    lit = albedo * diffuse(n, vec3(0.42, 0.20, 0.14), occlusion, 0.55);
    float key = max(dot(n, KEY_HALF), 0.0);
    float fill = max(dot(n, FILL_HALF), 0.0);
    float key8 = power4(key * key);
    float fill8 = power4(fill * fill);
    float shine = key8 * 0.085 + fill8 * 0.02;
    #ifdef HAS_MASK
      shine += (power4(key8) * key8 * key8 * 0.42 + power4(fill8) * fill8 * 0.08) * vMask.x;
      // Thin parts are translucent.
      lit += albedo * vec3(0.45, 0.11, 0.06) * vMask.y * (0.6 + max(-dot(n, KEY_FROM), 0.0));
    #endif
    lit += KEY * shine * open;
    lit += albedo * vec3(0.27, 0.155, 0.12) * edge2 * edge * occlusion;
    lit += mix(albedo, vec3(0.6), 0.25) * rims(n, edge2) * 0.8 * open;
  #endif

  #ifdef SHADING_HAIR
    #ifdef HAS_STRANDS
      vec3 t = normalize(vTangent);
      float seed = vStrand.y;
      float wave = zigzag(vStrand.x * 1.1 + seed) * 0.5 + zigzag(vStrand.x * 2.7 + seed * 3.1) * 0.3
        + zigzag(vStrand.x * 5.3 + seed * 7.7) * 0.25;
      // Strand detail at the outline would flicker.
      n = normalize(n + cross(n, t) * wave * 0.42 * (1.0 - edge));
      albedo *= 1.0 + 0.24 * wave + 0.2 * zigzag(seed * 5.0);
      lit = albedo * diffuse(n, vec3(0.32), occlusion, 0.7);
      // Two lobes: reflection off the surface of the strand, shifted to the root, and transmitted light.
      float sharp = power16(strandSine(normalize(t - n * 0.12), KEY_HALF));
      sharp *= power4(sharp);
      float broad = strandSine(normalize(t + n * 0.18), KEY_HALF);
      broad *= power4(broad);
      float isLit = smoothstep(-0.25, 0.45, dot(n, KEY_FROM));
      lit += KEY * ((albedo * 0.8 + 0.04) * sharp + albedo * 0.62 * broad) * isLit * vStrand.z * occlusion * open;
    #else
      lit = albedo * diffuse(n, vec3(0.32), occlusion, 0.7);
      lit += KEY * power16(max(dot(n, KEY_HALF), 0.0)) * (albedo * 0.5 + 0.02) * open;
    #endif
    lit += (albedo * 1.3 + 0.03) * rims(n, edge2) * open;
  #endif

  #ifdef SHADING_EYE
    float lid = mix(0.42, 1.0, smoothstep(0.62, 0.02, n.y)) * mix(0.75, 1.0, open);
    #ifdef HAS_IRIS
      vec3 white = vec3(0.85, 0.805, 0.765);
      float r = length(vEye.xy) / irisRadius;
      // The iris lies behind the cornea: parallax moves it.
      float depth = 0.16 * eyeRadius * clamp(1.0 - r * r, 0.0, 1.0);
      vec2 place = (vEye.xy - vEyeView.xy / max(vEyeView.z, 0.4 * length(vEyeView)) * depth) / irisRadius;
      albedo = mix(white, iris(place), smoothstep(1.05, 0.94, r) * step(0.0, vEye.z));
      albedo *= mix(vec3(1.0), vec3(0.80, 0.62, 0.56), smoothstep(1.25, 2.1, r) * 0.7);
    #endif
    float key = clamp((dot(n, KEY_FROM) + 0.5) / 1.5, 0.0, 1.0);
    lit = albedo * (0.25 + 0.42 * key + sky(n) * 0.8) * lid;
    // Two highlights (windows) that stay with the light, not with the gaze. They make eyes look alive.
    float window = smoothstep(0.9900, 0.9950, dot(n, vec3(-0.200, 0.240, 0.950)));
    float bounce = smoothstep(0.9960, 0.9990, dot(n, vec3(0.190, -0.170, 0.967)));
    lit += vec3(1.0, 0.97, 0.93) * (0.95 * window + 0.28 * bounce);
  #endif

  #ifdef SHADING_CLOTH
    lit = albedo * diffuse(n, vec3(0.25), occlusion, 0.7);
    lit += albedo * edge2 * 0.35 * occlusion;
    lit += mix(albedo, vec3(0.5), 0.15) * rims(n, edge2 * edge) * 0.7 * open;
  #endif

  #ifdef SHADING_TEETH
    lit = albedo * diffuse(n, vec3(0.4, 0.3, 0.26), mix(vec3(0.30), vec3(1.0), occlusion), 0.9) * 0.92;
    lit += KEY * power64(max(dot(n, KEY_HALF), 0.0)) * 0.22 * open;
  #endif

  #if defined(SHADING_LASH) || defined(SHADING_BROW)
    lit = albedo * diffuse(n, vec3(0.5), mix(vec3(1.0), occlusion, 0.6), 0.5);
  #endif

  gl_FragColor = vec4(display(lit), 1.0);
}
`;
