import { SPLATS_PER_ROW } from './splat-projector.js';

export const splatVertexShader = /* glsl */ `
precision highp float;
precision highp int;
precision highp usampler2D;

uniform usampler2D splats;

flat out vec4 color;
out vec2 place;

void main() {
  int splat = gl_VertexID >> 2;
  ivec2 texel = ivec2((splat & ${SPLATS_PER_ROW - 1}) << 1, splat / ${SPLATS_PER_ROW});
  vec4 centerAxis = uintBitsToFloat(texelFetch(splats, texel, 0));
  uvec4 rest = texelFetch(splats, texel + ivec2(1, 0), 0);
  vec2 corner = vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1) * 2.0 - 1.0;
  color = vec4(rest.w & 255u, (rest.w >> 8) & 255u, (rest.w >> 16) & 255u, rest.w >> 24) / 255.0;
  place = corner * uintBitsToFloat(rest.z);
  gl_Position = vec4(centerAxis.xy + corner.x * centerAxis.zw + corner.y * uintBitsToFloat(rest.xy), 0.0, 1.0);
}
`;

/** Colours are sRGB and blended as such, as in training: no tone mapping, no conversion. */
export const splatFragmentShader = /* glsl */ `
precision highp float;

flat in vec4 color;
in vec2 place;
out vec4 fragment;

void main() {
  float opacity = color.a * exp(-0.5 * dot(place, place));
  fragment = vec4(color.rgb * opacity, opacity);
}
`;
