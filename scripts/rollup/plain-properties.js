/**
 * Replaces Lit's decorators by the calls that they make, `Class.createProperty(name, options)`, as Lit's own compiler plugin does: half a kB
 * less in the script that defines the element. Fails the build where the compiler writes decorators in another form.
 */
const HELPER = /^var __decorate = [^]*?^\};\n/m;
const DECORATED = /__decorate\(\[\s*(property|state)\(([^]*?)\)\s*\], (\w+)\.prototype, ("\w+"), (?:void 0|null)\);/g;
const STATE = '{ state: true, attribute: false }';

export function plainProperties() {
  return {
    name: 'plain-properties',
    transform(code, id) {
      if (!HELPER.test(code)) return null;
      const plain = code.replace(HELPER, '').replace(DECORATED, (whole, kind, options, owner, name) => {
        if (kind === 'property') return `${owner}.createProperty(${name}${options && `, ${options}`});`;
        return options ? whole : `${owner}.createProperty(${name}, ${STATE});`;
      });
      if (plain.includes('__decorate')) this.error(`${id} has a decorator of an unknown form`);
      return { code: plain, map: null };
    },
  };
}
