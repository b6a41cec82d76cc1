/** Pixels of a tile's side. */
export const TILE_SIZE = 8;

const COMMON = /* glsl */ `
precision highp float;
precision highp int;

uniform sampler2D picture;

/** Smallest contrast of an edge; black to white is 1. */
const float EDGE = 0.1;

/** Edge detection compares luminance and coverage, so that dark hair has an edge on any background. Colours are premultiplied. */
float lightness(vec4 color) {
  return dot(color, vec4(0.30, 0.59, 0.11, 0.5));
}
`;

/**
 * One point per tile, discarded if the tile has no contrast. In software GL a texture lookup costs as much as all arithmetic
 * around it, so only every third pixel is sampled, on diagonals, which cross every line of one pixel.
 */
export const SMOOTHING_VERTEX_SHADER = /* glsl */ `
${COMMON}
const int TILE = ${TILE_SIZE};

void main() {
  ivec2 size = textureSize(picture, 0);
  int tilesAcross = (size.x + TILE - 1) / TILE;
  ivec2 corner = ivec2(gl_VertexID % tilesAcross, gl_VertexID / tilesAcross) * TILE;
  float darkest = 2.0;
  float lightest = 0.0;
  for (int y = -1; y <= TILE; y++) {
    for (int x = -1 + (10 - y) % 3; x <= TILE; x += 3) {
      float here = lightness(texelFetch(picture, clamp(corner + ivec2(x, y), ivec2(0), size - 1), 0));
      darkest = min(darkest, here);
      lightest = max(lightest, here);
    }
    if (lightest - darkest > EDGE) break;
  }
  vec2 middle = (vec2(corner) + 0.5 * float(TILE)) / vec2(size) * 2.0 - 1.0;
  gl_Position = vec4(middle, lightest - darkest > EDGE ? 0.0 : 2.0, 1.0);
  gl_PointSize = float(TILE);
}
`;

/**
 * Averages the pixels of an edge along the edge, which turns its steps into slopes (after the console variant of FXAA,
 * Lottes 2011, with one pair of lookups in place of two). Premultiplied colours may be averaged as they are.
 */
export const SMOOTHING_FRAGMENT_SHADER = /* glsl */ `
${COMMON}
out vec4 color;

/** Pixels to either side. */
const float REACH = 1.5;
/** The closer an edge is to rows or columns, the longer its steps and the reach of the filter. */
const float FLATNESS = 8.0;

vec4 at(ivec2 place) {
  return texelFetch(picture, place, 0);
}

float lightnessAt(ivec2 place) {
  return lightness(at(place));
}

void main() {
  ivec2 place = ivec2(gl_FragCoord.xy);
  vec4 own = at(place);
  float here = lightness(own);
  float up = lightnessAt(place + ivec2(0, 1));
  float down = lightnessAt(place + ivec2(0, -1));
  float right = lightnessAt(place + ivec2(1, 0));
  float left = lightnessAt(place + ivec2(-1, 0));
  float darkest = min(here, min(min(up, down), min(left, right)));
  float lightest = max(here, max(max(up, down), max(left, right)));
  if (lightest - darkest < EDGE) discard;

  float upLeft = lightnessAt(place + ivec2(-1, 1));
  float upRight = lightnessAt(place + ivec2(1, 1));
  float downLeft = lightnessAt(place + ivec2(-1, -1));
  float downRight = lightnessAt(place + ivec2(1, -1));
  vec2 turned = vec2(downLeft + downRight - upLeft - upRight, upRight + downRight - upLeft - downLeft);
  vec2 along = normalize(turned + 1e-4);
  along = clamp(along / max(min(abs(along.x), abs(along.y)) * FLATNESS, 1e-3), -REACH, REACH);
  float contrast = lightest - darkest;
  if (dot(turned, turned) < 0.25 * contrast * contrast) {
    // Equal on both sides: a broken line thinner than a pixel. Its direction is the one in which the neighbours do not change.
    float ground = 0.5 * (upLeft + upRight + downLeft + downRight);
    along = abs(left + right - ground) < abs(up + down - ground) ? vec2(0.0, REACH) : vec2(REACH, 0.0);
  }
  vec2 pixel = 1.0 / vec2(textureSize(picture, 0));
  vec2 middle = gl_FragCoord.xy * pixel;
  color = (own + textureLod(picture, middle + along * pixel, 0.0) + textureLod(picture, middle - along * pixel, 0.0)) / 3.0;
}
`;
