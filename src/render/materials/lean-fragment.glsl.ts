/**
 * Fragment half of the lean shader. Directions point to the light, in the axes of the camera; colours are linear and
 * already divided by π.
 */
export const LEAN_FRAGMENT_SHADER = /* glsl */ `
#include <common>

varying vec3 vNormal;
varying vec3 vView;
varying vec3 vAlbedo;
varying vec4 vOcclusion;

#ifdef HAS_MASK
  varying vec2 vMask;
#endif

const vec3 KEY_FROM = vec3(-0.563, 0.525, 0.638);
const vec3 KEY = vec3(1.0, 0.80, 0.63) * 0.92;
const vec3 FILL_FROM = vec3(0.782, -0.112, 0.613);
const vec3 FILL = vec3(1.0, 0.80, 0.72) * 0.36;
const vec3 RIM_FROM = vec3(0.569, 0.447, -0.690);
const vec3 RIM = vec3(1.0, 0.87, 0.74) * 0.95;
const vec3 COOL_RIM_FROM = vec3(-0.736, 0.303, -0.606);
const vec3 COOL_RIM = vec3(0.52, 0.66, 1.0) * 0.62;
const vec3 SKY = vec3(0.46, 0.47, 0.50);
const vec3 GROUND = vec3(0.27, 0.21, 0.18);

vec3 wrapped(float cosine, vec3 wrap) {
  return clamp((cosine + wrap) / (1.0 + wrap), 0.0, 1.0);
}

vec3 sky(vec3 n) {
  return mix(GROUND, SKY, 0.5 + 0.5 * n.y);
}

/** Light from behind that grazes the outline. */
vec3 rims(vec3 n, float grazing) {
  return (RIM * max(dot(n, RIM_FROM) + 0.25, 0.0) + COOL_RIM * max(dot(n, COOL_RIM_FROM) + 0.25, 0.0)) * grazing;
}

/** Diffuse light of all lamps with baked occlusion; direct light is shaded less by it than the sky. */
vec3 diffuse(vec3 n, vec3 wrap, vec3 occlusion, float direct) {
  vec3 lamps = KEY * wrapped(dot(n, KEY_FROM), wrap) + FILL * wrapped(dot(n, FILL_FROM), vec3(0.45));
  return lamps * mix(vec3(1.0), occlusion, direct) + sky(n) * occlusion;
}

float highlight(vec3 n, vec3 v, vec3 from, float exponent) {
  return pow(max(dot(n, normalize(from + v)), 0.0), exponent);
}

#ifdef HAS_STRANDS
  varying vec3 vTangent;
  varying vec2 vStrand;

  float lobe(vec3 t, vec3 h, float exponent) {
    float along = dot(t, h);
    return pow(max(1.0 - along * along, 0.0), exponent * 0.5);
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
    vec3 tint = irisColor * (0.75 + 0.85 * inner) * (1.0 + 0.32 * fibres * smoothstep(pupil, 0.75, r));
    // A dish lit from above is dark at its upper edge and catches the light at its lower one.
    tint *= mix(1.75, 0.5, smoothstep(-0.75, 0.7, place.y));
    tint = mix(tint, irisRim, smoothstep(0.76, 0.98, r) * 0.92);
    return tint * smoothstep(pupil - 0.05, pupil + 0.06, r);
  }
#endif

void main() {
  vec3 n = normalize(vNormal) * (gl_FrontFacing ? 1.0 : -1.0);
  vec3 v = normalize(vView);
  float facing = clamp(dot(n, v), 0.0, 1.0);
  float edge = 1.0 - facing;
  vec3 occlusion = vOcclusion.rgb;
  float open = vOcclusion.a;
  vec3 albedo = vAlbedo;
  vec3 lit;

  #ifdef SHADING_SKIN
    lit = albedo * diffuse(n, vec3(0.42, 0.20, 0.14), occlusion, 0.55);
    float gloss = 0.0;
    #ifdef HAS_MASK
      gloss = vMask.x;
      // Thin parts let the light behind them through.
      lit += albedo * vec3(0.9, 0.22, 0.12) * vMask.y * (0.25 + max(-dot(n, KEY_FROM), 0.0) + max(dot(v, -RIM_FROM), 0.0)) * 0.5;
    #endif
    float soft = highlight(n, v, KEY_FROM, 11.0) * 0.085 + highlight(n, v, FILL_FROM, 9.0) * 0.02;
    float wet = highlight(n, v, KEY_FROM, 70.0) * 0.42 + highlight(n, v, FILL_FROM, 50.0) * 0.08;
    lit += KEY * (soft + wet * gloss) * open;
    float fuzz = edge * edge * edge;
    lit += albedo * vec3(0.95, 0.55, 0.42) * fuzz * 0.28 * occlusion;
    lit += mix(albedo, vec3(0.6), 0.25) * rims(n, edge * edge) * 0.8 * open;
  #endif

  #ifdef SHADING_HAIR
    #ifdef HAS_STRANDS
      vec3 t = normalize(vTangent);
      vec3 across = cross(n, t);
      float x = vStrand.x;
      float seed = vStrand.y * 6.2832;
      float wave = sin(x * 7.0 + seed) * 0.5 + sin(x * 17.0 + seed * 3.1) * 0.3 + sin(x * 31.0 + seed * 7.7) * 0.2;
      // Fine strands far away or at the outline would only flicker.
      n = normalize(n + across * wave * 0.42 * facing);
      albedo *= 1.0 + 0.22 * wave + 0.16 * sin(seed * 5.0);
      lit = albedo * diffuse(n, vec3(0.32), occlusion, 0.7);
      vec3 h = normalize(KEY_FROM + v);
      float sharp = lobe(normalize(t - n * 0.12), h, 48.0);
      float broad = lobe(normalize(t + n * 0.18), h, 12.0);
      float isLit = smoothstep(-0.25, 0.45, dot(n, KEY_FROM));
      lit += KEY * (vec3(0.07) * sharp + albedo * 0.55 * broad) * isLit * occlusion * open;
      vec3 hr = normalize(RIM_FROM + v);
      lit += (RIM * lobe(t, hr, 20.0) * max(n.x, 0.0) + COOL_RIM * 0.8 * max(-n.x, 0.0)) * (albedo + 0.05) * edge * 1.3 * open;
    #else
      lit = albedo * diffuse(n, vec3(0.32), occlusion, 0.7);
      lit += KEY * highlight(n, v, KEY_FROM, 14.0) * (albedo * 0.5 + 0.02) * open;
    #endif
    lit += (albedo + 0.03) * rims(n, edge * edge) * open;
  #endif

  #ifdef SHADING_EYE
    float lid = mix(0.42, 1.0, smoothstep(0.62, 0.02, n.y)) * mix(0.75, 1.0, open);
    #ifdef HAS_IRIS
      vec3 white = vec3(0.70, 0.645, 0.60);
      float r = length(vEye.xy) / irisRadius;
      // The iris lies behind the cornea: seen from the side it moves.
      vec3 eyeView = normalize(vEyeView);
      float depth = 0.16 * eyeRadius * clamp(1.0 - r * r, 0.0, 1.0);
      vec2 place = (vEye.xy - eyeView.xy / max(eyeView.z, 0.4) * depth) / irisRadius;
      float isFront = step(0.0, vEye.z);
      albedo = mix(white, iris(place), smoothstep(1.05, 0.94, r) * isFront);
      albedo *= mix(vec3(1.0), vec3(0.80, 0.62, 0.56), smoothstep(1.2, 2.1, r) * 0.7);
    #endif
    lit = albedo * (0.62 * (0.35 + 0.65 * wrapped(dot(n, KEY_FROM), vec3(0.5))) + sky(n) * 0.75) * lid;
    // Two windows that stay with the light, not with the gaze. They give most of the life.
    float window = smoothstep(0.9900, 0.9950, dot(n, normalize(vec3(-0.20, 0.24, 0.95))));
    float bounce = smoothstep(0.9965, 0.9990, dot(n, normalize(vec3(0.19, -0.17, 0.967))));
    lit += vec3(1.0, 0.97, 0.93) * (0.95 * window + 0.28 * bounce);
    lit += KEY * highlight(n, v, FILL_FROM, 60.0) * 0.05;
  #endif

  #ifdef SHADING_CLOTH
    lit = albedo * diffuse(n, vec3(0.25), occlusion, 0.7);
    lit += albedo * edge * edge * 0.35 * occlusion;
    lit += mix(albedo, vec3(0.5), 0.15) * rims(n, edge * edge * edge) * 0.7 * open;
  #endif

  #ifdef SHADING_TEETH
    vec3 lifted = mix(vec3(0.30), vec3(1.0), occlusion);
    lit = albedo * diffuse(n, vec3(0.4, 0.3, 0.26), lifted, 0.9) * 0.92;
    lit += KEY * highlight(n, v, KEY_FROM, 50.0) * 0.22 * open;
  #endif

  #if defined(SHADING_LASH) || defined(SHADING_BROW)
    lit = albedo * diffuse(n, vec3(0.5), mix(vec3(1.0), occlusion, 0.6), 0.5);
  #endif

  gl_FragColor = vec4(lit, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;
