/** The transcoder of Basis Universal, WebAssembly in base64; the build lays it here. */
export const BASIS_BINARY: string = '';
