/** Records the visitor's microphone. */

const MAX_SECONDS = 20;

export class Recorder {
  #recorder = null;

  get isRecording() {
    return this.#recorder !== null;
  }

  /** Records until `stop()` or 20 s have passed. @returns {Promise<Blob>} */
  async record() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const recorder = new MediaRecorder(stream);
    this.#recorder = recorder;
    const parts = [];
    const limit = setTimeout(() => this.stop(), MAX_SECONDS * 1000);
    try {
      await new Promise((resolve, reject) => {
        recorder.ondataavailable = ({ data }) => parts.push(data);
        recorder.onstop = resolve;
        recorder.onerror = () => reject(new Error('The recording failed.'));
        recorder.start();
      });
      return new Blob(parts, { type: recorder.mimeType });
    } finally {
      clearTimeout(limit);
      this.#recorder = null;
      for (const track of stream.getTracks()) track.stop();
    }
  }

  stop() {
    if (this.#recorder?.state === 'recording') this.#recorder.stop();
  }
}
