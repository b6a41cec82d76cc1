/** Converts Draco's decoder, which three.js ships as a classic script, to a module. */
const END = "if (typeof exports === 'object'";
/** In Node, where only tests run it, it would read files with `require`. */
const IS_NODE = /ENVIRONMENT_IS_NODE=typeof process==?"object"[^;]*;/;

export function bringDraco() {
  return {
    name: 'bring-draco',
    transform(code, id) {
      if (!id.endsWith('draco_decoder.js')) return null;
      const end = code.indexOf(END);
      if (end < 0 || !IS_NODE.test(code)) this.error('draco_decoder.js has another form than is known');
      return {
        code: `${code.slice(0, end).replace(IS_NODE, 'ENVIRONMENT_IS_NODE=false;')}\nexport default DracoDecoderModule;`,
        map: null,
      };
    },
  };
}
