/** Whether a worker of this browser draws with WebGL 2; those of WebKitGTK do not. */
async function canWorkersDraw(): Promise<boolean> {
  const code = "postMessage(typeof OffscreenCanvas !== 'undefined' && new OffscreenCanvas(1, 1).getContext('webgl2') !== null)";
  const url = URL.createObjectURL(new Blob([code]));
  const worker = new Worker(url);
  try {
    return await new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data as boolean)));
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

/** `it`, skipped where no worker can draw. */
export const itWithDrawingWorker = (await canWorkersDraw()) ? it : it.skip;
