/** Serves browser tests a simple avatar below `/small-avatars/`; `test/helpers/browser/small-avatars.ts` has its URLs. */
let file;

export function smallAvatars() {
  return {
    name: 'small-avatars',
    async serve(context) {
      if (!context.path.startsWith('/small-avatars/')) return undefined;
      file ??= import('../../build/test/helpers/node/small-avatar.js').then(({ smallAvatar }) => smallAvatar());
      return { body: await file, type: 'model/gltf-binary' };
    },
  };
}
