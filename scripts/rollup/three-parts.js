/** Parts of three.js that the render worker does not contain. Fails the build where three.js is written in another form. */
import { readFileSync } from 'node:fs';
import { parseAst } from 'rollup/parseAst';
import { filesBelow } from '../files.js';

const RENDERER = /three\.module\.js$/;

const INCLUDE = /#include <(\w+)>/g;
/** Shaders of three's own materials, which are in the add-on `materials`. There are 18 with two sources each. */
const SHADER_COUNT = 36;

/** Shaders of the materials that a glTF file can have: three's loader creates basic, physical and points; software draws Lambert. */
const GLTF_SHADERS = ['meshbasic', 'meshlambert', 'meshphysical', 'points'].flatMap((name) => [`${name}_vert`, `${name}_frag`]);

/**
 * Our avatars have their own shader: the sources of three's, 25 kB, are removed from the worker, except those that our shaders
 * include and those that three's renderer adds to every shader.
 */
export function leaveOutShaders() {
  return {
    name: 'leave-out-shaders',
    async transform(code, id) {
      if (!RENDERER.test(id)) return null;
      const texts = shaderTexts(code);
      if (!texts) this.error('three.module.js has no ShaderChunk of the known form');
      const own = await Promise.all((await filesBelow('build/src/render', '.js')).map((path) => readFileSync(path, 'utf8')));
      const names = [...code.matchAll(/ShaderChunk\[ '(\w+)' \]/g)].map(([, name]) => name);
      if (names.length < 2) this.error('three.module.js puts no shader texts of the known form into every shader');
      const kept = withIncluded(texts, [...names, ...own.flatMap(includedIn)]);

      let count = 0;
      const late = code.replace(/(vertexShader|fragmentShader): (ShaderChunk\.\w+)/g, (_, field, text) => {
        count++;
        return `get ${field}() { return ${text}; }`;
      });
      if (count < SHADER_COUNT) this.error(`three.module.js has ${count} shader texts of the known form, not ${SHADER_COUNT}`);
      const fields = [...kept].map(([name, text]) => `${name}: ${JSON.stringify(text)}`).join(',\n');
      return { code: late.replace(/^const ShaderChunk = \{[^]*?^\};$/m, () => `const ShaderChunk = {\n${fields}\n};`), map: null };
    },
  };
}

/** Methods of `WebGLRenderer` by which nothing reads pixels here, with the one that follows them. */
const READING = /this\.readRenderTargetPixels = function[^]*(?=this\.copyFramebufferToTexture = function)/;

export function leaveOutReading() {
  return {
    name: 'leave-out-reading',
    transform(code, id) {
      if (!RENDERER.test(id)) return null;
      if (!READING.test(code)) this.error('three.module.js reads pixels in another form than is known');
      return { code: code.replace(READING, ''), map: null };
    },
  };
}

/** Methods of GLTFLoader.js that the render worker never calls, and what they do instead. */
const UNUSED_METHODS = {
  'GLTFLoader.load': '',
  'GLTFParser.loadAnimation': '',
  'GLTFParser._createAnimationTracks': '',
  'GLTFParser._createCubicSplineTrackInterpolant': '',
  'GLTFParser._getArrayFromAccessor': '',
  'GLTFParser.loadCamera': '',
  // Images are read from the file's own bytes only: see `EmbeddedImages`.
  'GLTFParser.loadImageSource': "return Promise.reject( new Error( 'images are not loaded by URL' ) );",
  'GLTFMeshGpuInstancing.createNodeMesh': 'return null;',
  'GLTFDracoMeshCompressionExtension.decodePrimitive': '',
};
/** Statements of GLTFLoader.js by their beginning; each stands once. */
const UNUSED_STATEMENTS = [/^if \( typeof createImageBitmap === /, /^this\.(textureLoader|fileLoader)\.set/, /^this\.fileLoader = /];
const UNUSED_STATEMENT_COUNT = 8;
/** In `GLTFLoader.parse`. */
const HEADER = 'parser.fileLoader.setRequestHeader( this.requestHeader );';
/** One for each shape, in the console of the page; nothing here uses the bounds of a geometry. */
const WARNING = "console.warn( 'THREE.GLTFLoader: Missing min/max properties for accessor POSITION.' );";
const SANITIZED = "PropertyBinding.sanitizeNodeName( originalName || '' )";

/**
 * Animations, cameras, instances and downloads: the loader worker removes them from files, and the built-in avatars have none. Without
 * the code that could, no avatar file makes this worker request anything.
 */
export function leaveOutUnusedLoading() {
  return {
    name: 'leave-out-unused-loading',
    transform(code, id) {
      if (!/GLTFLoader\.js$/.test(id)) return null;
      const edits = [];
      const replace = ({ start, end }, text) => edits.push({ start, end, text });
      const found = new Set();
      let statementCount = 0;
      for (const declaration of parseAst(code).body) {
        if (declaration.type !== 'ClassDeclaration') continue;
        for (const { type, key, value } of declaration.body.body) {
          if (type !== 'MethodDefinition') continue;
          const name = `${declaration.id.name}.${key.name}`;
          if (name in UNUSED_METHODS) {
            found.add(name);
            replace(value.body, `{ ${UNUSED_METHODS[name]} }`);
          } else if (name === 'GLTFParser.constructor') {
            for (const statement of value.body.body) {
              const text = code.slice(statement.start, statement.end);
              if (!UNUSED_STATEMENTS.some((begin) => begin.test(text))) continue;
              statementCount++;
              replace(statement, '');
            }
          }
        }
      }
      const missing = Object.keys(UNUSED_METHODS).filter((name) => !found.has(name));
      if (
        missing.length > 0 ||
        statementCount !== UNUSED_STATEMENT_COUNT ||
        !code.includes(SANITIZED) ||
        !code.includes(HEADER) ||
        !code.includes(WARNING)
      )
        this.error(`GLTFLoader.js has another form than is known: ${missing.join(', ')} ${statementCount}`);
      edits.sort((a, b) => b.start - a.start);
      const shorter = edits.reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
      // The same replacement as in three.js, without the class around it.
      return {
        code: shorter
          .replace(HEADER, '')
          .replaceAll(WARNING, '')
          .replace(SANITIZED, "( originalName || '' ).replace( /\\s/g, '_' ).replace( /[\\[\\]\\.:\\/]/g, '' )"),
        map: null,
      };
    },
  };
}

/** In the add-on `materials`: the sources that glTF materials and those of three-vrm need. */
export function bringShaders() {
  return {
    name: 'bring-shaders',
    async transform(_, id) {
      if (!id.endsWith('shader-texts.js')) return null;
      const { id: renderer } = await this.resolve('three', id);
      const texts = shaderTexts(readFileSync(renderer, 'utf8'));
      if (!texts) this.error('three.module.js has no ShaderChunk of the known form');
      const { id: vrm } = await this.resolve('@pixiv/three-vrm', id);
      // Its sources also name texts of older versions of three.js.
      const included = includedIn(readFileSync(vrm, 'utf8')).filter((name) => texts.has(name));
      const kept = withIncluded(texts, [...GLTF_SHADERS, ...included]);
      const plain = [...kept].map(([name, text]) => [name, shortShader(text)]);
      return { code: `export const SHADER_TEXTS = ${JSON.stringify(Object.fromEntries(plain))};`, map: null };
    },
  };
}

const includedIn = (source) => [...source.matchAll(INCLUDE)].map(([, name]) => name);

/** The named texts and all that they include, by name. @throws {Error} where three.js has no such text. */
function withIncluded(texts, names) {
  const kept = new Map();
  const keep = (name) => {
    if (kept.has(name)) return;
    const text = texts.get(name);
    if (text === undefined) throw new Error(`three.js has no shader text ${name}`);
    kept.set(name, text);
    includedIn(text).forEach(keep);
  };
  names.forEach(keep);
  return kept;
}

/** A sign that does not become `++` or `--` with another one. */
const SIGN = /(?<![+-])\s*([+-])\s*(?![+-])/g;

/** Without comments, indentation and, except in preprocessor lines, spaces around operators. */
function shortShader(text) {
  const lines = text
    .replace(/\s*\/\/.*$/gm, '')
    .replace(/\/\*[^]*?\*\//g, '')
    .split('\n');
  return lines
    .map((line) =>
      /^\s*#/.test(line)
        ? line.trim()
        : line
            .trim()
            .replace(/\s*([*/=<>(){};,&|?:])\s*/g, '$1')
            .replace(SIGN, '$1'),
    )
    .join('\n')
    .replace(/\n+/g, '\n');
}

/** Name → source of all entries of `ShaderChunk`; null if it is not an object of string constants. */
function shaderTexts(code) {
  const constants = new Map();
  let chunk = null;
  for (const { type, declarations } of parseAst(code).body) {
    if (type !== 'VariableDeclaration') continue;
    for (const { id, init } of declarations) {
      const text = init?.type === 'TemplateLiteral' && init.expressions.length === 0 ? init.quasis[0].value.cooked : init?.value;
      if (typeof text === 'string') constants.set(id.name, text);
      if (id.name === 'ShaderChunk' && init?.type === 'ObjectExpression') chunk = init;
    }
  }
  const texts = new Map(chunk?.properties.map(({ key, value }) => [key.name, constants.get(value.name)]));
  return texts.size > 100 && ![...texts.values()].includes(undefined) ? texts : null;
}
