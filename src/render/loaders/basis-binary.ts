/** The transcoder of Basis Universal, WebAssembly in base64; the build inserts it. */
export const BASIS_BINARY: string = '';
