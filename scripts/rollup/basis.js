/** Converts Basis Universal's transcoder, which three.js ships as a classic script and a WebAssembly file, to a module. */
import { readFileSync } from 'node:fs';

/**
 * Its binding layer, Embind, generates a function for each method with `eval`, which strict policies forbid. These do the same
 * without: convert the arguments, call, release them, convert the result.
 */
const EVALUATED = [
  {
    from: 'let[args,invokerFnBody]=createJsInvoker(argTypes,isClassMethodFunc,returns,isAsync);args.push(invokerFnBody);var invokerFn=newFunc(Function,args)(...closureArgs);',
    to: `var invokerFn = function (...given) {
      if (given.length !== argCount - 2) throwBindingError('function ' + humanName + ' called with ' + given.length + ' arguments, expected ' + (argCount - 2));
      var destructors = needsDestructorStack ? [] : null;
      var first = isClassMethodFunc ? 1 : 2;
      var wired = (isClassMethodFunc ? [this, ...given] : given).map((value, i) => argTypes[i + first].toWireType(destructors, value));
      var result = cppInvokerFunc(cppTargetFunc, ...wired);
      if (needsDestructorStack) runDestructors(destructors);
      else wired.forEach((value, i) => argTypes[i + first].destructorFunction?.(value));
      if (returns) return argTypes[0].fromWireType(result);
    };`,
  },
  {
    from: 'var invokerFunction=newFunc(Function,params)(...args);',
    to: `var invokerFunction = (obj, func, destructorsRef, packed) => {
      var at = packed;
      var given = types.map((type) => {
        var value = type.readValueFromPointer(at);
        at += type.argPackAdvance;
        return value;
      });
      var result = kind === 1 ? new func(...given) : func.call(obj, ...given);
      if (!retType.isVoid) return emval_returnValue(retType, destructorsRef, result);
    };`,
  },
];

export function bringBasis() {
  return {
    name: 'bring-basis',
    async transform(code, id) {
      if (id.endsWith('basis-binary.js')) {
        const { id: script } = await this.resolve('three/examples/jsm/libs/basis/basis_transcoder.js', id);
        const binary = readFileSync(script.replace(/js$/, 'wasm')).toString('base64');
        return { code: `export const BASIS_BINARY = ${JSON.stringify(binary)};`, map: null };
      }
      if (!id.endsWith('basis_transcoder.js')) return null;
      let plain = code;
      for (const { from, to } of EVALUATED) {
        if (!plain.includes(from)) this.error('basis_transcoder.js has another form; see whether it evaluates text still');
        plain = plain.replace(from, () => to);
      }
      const end = plain.indexOf("if (typeof exports === 'object'");
      if (end < 0) this.error('basis_transcoder.js does not end as known');
      return { code: `${plain.slice(0, end)}\nexport default BASIS;`, map: null };
    },
  };
}
