/**
 * Measures how long the GPU (or software GL) takes to draw a frame: a GL timer query around one frame at a time, read some frames
 * later, so that nothing waits for it. The thread's clock cannot measure this, since drawing happens in another process.
 */
const TIME_ELAPSED = 0x88bf;
const GPU_DISJOINT = 0x8fbb;

export class DrawTimer {
  /** Time of the last measured frame, ms; NaN before the first, and in browsers without timer queries. */
  drawMs = Number.NaN;

  private readonly gl: WebGL2RenderingContext;
  private readonly isSupported: boolean;
  private query: WebGLQuery | null = null;
  private isRunning = false;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.isSupported = gl.getExtension('EXT_disjoint_timer_query_webgl2') !== null;
  }

  /** Call before the first draw call of a frame. */
  begin(): void {
    const { gl } = this;
    if (!this.isSupported) return;
    this.read();
    if (this.query) return;
    this.query = gl.createQuery();
    if (!this.query) return;
    gl.beginQuery(TIME_ELAPSED, this.query);
    this.isRunning = true;
  }

  /** Call after the last draw call of the frame. */
  end(): void {
    if (this.isRunning) this.gl.endQuery(TIME_ELAPSED);
    this.isRunning = false;
  }

  /** The context was lost, and its queries with it. */
  reset(): void {
    this.query = null;
    this.isRunning = false;
    this.drawMs = Number.NaN;
  }

  private read(): void {
    const { gl, query } = this;
    if (!query || !gl.getQueryParameter(query, gl.QUERY_RESULT_AVAILABLE)) return;
    // Disjoint: the GPU changed its clock in between.
    if (!gl.getParameter(GPU_DISJOINT)) this.drawMs = gl.getQueryParameter(query, gl.QUERY_RESULT) / 1e6;
    gl.deleteQuery(query);
    this.query = null;
  }
}
