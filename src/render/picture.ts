import type { StageCanvas } from './renderer.js';

/** PNG of what was drawn last; to be called in the task that drew, afterwards the drawing buffer is gone. */
export function pngOf(canvas: StageCanvas): Promise<Blob> {
  if ('convertToBlob' in canvas) return canvas.convertToBlob({ type: 'image/png' });
  const { toBlob } = canvas as unknown as { toBlob(answer: (blob: Blob | null) => void, type: string): void };
  return new Promise((resolve, reject) => {
    toBlob.call(canvas, (blob) => (blob ? resolve(blob) : reject(new Error('the canvas is empty'))), 'image/png');
  });
}
