/** What a device can do, measured. Loaded when somebody asks. */

export interface DeviceScore {
  /** Millions of multiplications with additions, each waiting for the one before, that one core does in a second. */
  readonly cpuScore: number;
  /** Millions of pixels of a shader of about the weight of skin that are drawn in a second; 0 without WebGL 2. */
  readonly gpuScore: number;
}

const CPU_MS = 80;
const GPU_MS = 120;
const GPU_SIZE = 512;
const LOOP_STEPS = 1000;

export async function deviceScore(): Promise<DeviceScore> {
  return { cpuScore: cpuScore(), gpuScore: gpuScore() };
}

export async function isDeviceSupported(): Promise<boolean> {
  return (
    typeof Worker !== 'undefined' &&
    typeof AudioWorkletNode !== 'undefined' &&
    document.createElement('canvas').getContext('webgl2') !== null
  );
}

/** A chain as in a filter. */
function cpuScore(): number {
  const beginMs = performance.now();
  let rounds = 0;
  let value = 1;
  while (performance.now() - beginMs < CPU_MS) {
    for (let step = 0; step < LOOP_STEPS; step++) value = value * 0.999_999 + 1e-6 * (step & 7);
    rounds++;
  }
  const score = (rounds * LOOP_STEPS) / 1000 / (performance.now() - beginMs);
  // The value has to be used, or the loop may be left out.
  return Number.isFinite(value) ? score : 0;
}

const VERTEX = `#version 300 es
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }`;
const FRAGMENT = `#version 300 es
precision highp float;
uniform float seed;
out vec4 colour;
void main() {
  vec3 point = vec3(gl_FragCoord.xy * 0.01, seed);
  for (int i = 0; i < 24; i++) point = abs(fract(point * 1.3 + point.zxy * 0.7) - 0.5) + 0.1;
  colour = vec4(point, 1.0);
}`;

/** A shader of about the weight of skin, over and over; a pixel is read so that the work is really done. */
function gpuScore(): number {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = GPU_SIZE;
  const gl = canvas.getContext('webgl2', { powerPreference: 'high-performance' });
  if (!gl) return 0;
  try {
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
    ] as const) {
      const shader = gl.createShader(type);
      if (!shader) return 0;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return 0;
    gl.useProgram(program);
    const seed = gl.getUniformLocation(program, 'seed');
    const pixel = new Uint8Array(4);
    const draw = (frame: number): void => {
      gl.uniform1f(seed, frame);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    };
    // The first draw compiles.
    draw(0);
    const beginMs = performance.now();
    let frames = 0;
    while (performance.now() - beginMs < GPU_MS) draw(++frames);
    return (frames * GPU_SIZE * GPU_SIZE) / 1000 / (performance.now() - beginMs);
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
