/**
 * Vertex half of the lean shader. The camera never turns: view space has the axes of the world.
 *
 * Occlusion is tinted here: light in creases of skin has scattered through skin, so red is reduced least.
 */
export const LEAN_VERTEX_SHADER = /* glsl */ `
#include <common>
#ifdef JOINT_COUNT
  uniform mat4 jointMatrices[JOINT_COUNT];
  attribute vec4 _shares;
#else
  #include <skinning_pars_vertex>
#endif

varying vec3 vNormal;
varying vec3 vAlbedo;
varying vec4 vOcclusion;

#ifdef HAS_MASK
  attribute vec4 _mask;
  varying vec2 vMask;
#endif
#ifdef HAS_STRANDS
  attribute vec4 tangent;
  attribute vec2 _strand;
  varying vec3 vTangent;
  varying vec3 vStrand;
#endif
#ifdef HAS_IRIS
  uniform mat4 eyeFromMesh;
  varying vec3 vEye;
  varying vec3 vEyeView;
#endif

void main() {
  vec3 objectNormal = normal;
  vec3 transformed = position;
  #ifdef HAS_STRANDS
    vec3 objectTangent = tangent.xyz;
  #endif
  #ifdef USE_SKINNING
    #ifdef JOINT_COUNT
      mat4 skinMatrix = _shares.x * jointMatrices[0];
      #if JOINT_COUNT > 1
        skinMatrix += _shares.y * jointMatrices[1];
      #endif
      #if JOINT_COUNT > 2
        skinMatrix += _shares.z * jointMatrices[2];
      #endif
      #if JOINT_COUNT > 3
        skinMatrix += _shares.w * jointMatrices[3];
      #endif
    #else
      #include <skinbase_vertex>
      mat4 skinMatrix = bindMatrixInverse * (skinWeight.x * boneMatX + skinWeight.y * boneMatY
        + skinWeight.z * boneMatZ + skinWeight.w * boneMatW) * bindMatrix;
    #endif
    transformed = (skinMatrix * vec4(transformed, 1.0)).xyz;
    objectNormal = mat3(skinMatrix) * objectNormal;
    #ifdef HAS_STRANDS
      objectTangent = mat3(skinMatrix) * objectTangent;
    #endif
  #endif
  #ifdef HAS_STRANDS
    vTangent = mat3(modelViewMatrix) * objectTangent;
    // Curls (w = −1) scatter light that straight strands would reflect.
    vStrand = vec3(_strand, 0.65 + 0.35 * tangent.w);
  #endif
  vec4 viewPosition = modelViewMatrix * vec4(transformed, 1.0);
  gl_Position = projectionMatrix * viewPosition;

  vNormal = normalMatrix * objectNormal;
  #ifdef USE_COLOR_ALPHA
    vAlbedo = color.rgb;
    float open = color.a;
  #elif defined(USE_COLOR)
    vAlbedo = color;
    float open = 1.0;
  #else
    vAlbedo = vec3(0.8);
    float open = 1.0;
  #endif
  vOcclusion = vec4(pow(vec3(open), vec3(0.7, 1.15, 1.25)), open);
  #ifdef HAS_MASK
    vMask = _mask.xy;
  #endif
  #ifdef HAS_IRIS
    vEye = (eyeFromMesh * vec4(position, 1.0)).xyz;
    vEyeView = mat3(eyeFromMesh) * (transpose(mat3(modelViewMatrix)) * -viewPosition.xyz);
  #endif
}
`;
