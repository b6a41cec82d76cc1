/** Vertical field of view of the stage's camera, degrees: longer lenses flatten the face, shorter ones make the nose big. */
export const CAMERA_FOV_DEGREES = 24;
