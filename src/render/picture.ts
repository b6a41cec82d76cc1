import type { StageOptions } from '../shared/contracts/stage.js';

/** PNG of the last frame. Call it in the task that drew: afterwards the drawing buffer is cleared. */
export function pngOf(canvas: StageOptions['canvas']): Promise<Blob> {
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/png' });
  const { toBlob } = canvas as unknown as { toBlob(answer: (blob: Blob | null) => void, type: string): void };
  return new Promise((resolve, reject) => {
    toBlob.call(canvas, (blob) => (blob ? resolve(blob) : reject(new Error('the canvas is empty'))), 'image/png');
  });
}
