/** Configuration of the analyzer that writes `custom-elements.json` from the element's docstrings. */
import { manifestUnions } from './manifest-unions.js';

export default {
  globs: ['src/element/*.ts'],
  exclude: ['**/*.d.ts'],
  outdir: '.',
  litelement: true,
  packagejson: false,
  plugins: [
    manifestUnions(),
    {
      name: 'public-api-only',
      // `@internal` members exist for the element's own controllers.
      packageLinkPhase({ customElementsManifest }) {
        const isPublic = (member) => member.privacy !== 'private' && member.privacy !== 'protected' && !member.isInternal;
        const declarations = customElementsManifest.modules.flatMap((module) => module.declarations ?? []);
        const superclassOf = (className) => declarations.find(({ name }) => name === className).superclass;
        for (const module of customElementsManifest.modules) {
          module.path = module.path.replace(/^src\/(.*)\.ts$/, 'dist/$1.js');
          for (const declaration of module.declarations ?? []) {
            if (declaration.members) declaration.members = declaration.members.filter(isPublic);
            for (const member of declaration.members ?? []) if (member.inheritedFrom?.name === 'AvatarShell') delete member.inheritedFrom;
            if (declaration.superclass?.name === 'AvatarShell') declaration.superclass = superclassOf('AvatarShell');
          }
        }
        customElementsManifest.modules = customElementsManifest.modules.filter((module) =>
          module.declarations.some(({ kind, name }) => kind === 'class' && name !== 'AvatarShell' && /^(Spatius)?Avatar/.test(name)),
        );
      },
    },
  ],
};
