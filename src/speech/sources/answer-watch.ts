/** Finds out that a socket leads nowhere: TCP alone takes minutes to say so. Times in ms of any one clock. */
export class AnswerWatch {
  private readonly answerTimeoutMs: number;
  private readonly sendTimeoutMs: number;
  private waitingSinceMs = 0;
  private lastMessageMs = 0;
  private leastBufferedBytes = Infinity;
  private shrunkMs = 0;

  /**
   * @param answerTimeoutMs How long a server may owe an answer.
   * @param sendTimeoutMs How long the socket's buffer may stay as full as it is.
   */
  constructor(answerTimeoutMs: number, sendTimeoutMs: number) {
    this.answerTimeoutMs = answerTimeoutMs;
    this.sendTimeoutMs = sendTimeoutMs;
  }

  start(nowMs: number): void {
    this.waitingSinceMs = this.lastMessageMs = this.shrunkMs = nowMs;
    this.leastBufferedBytes = Infinity;
  }

  noteMessage(nowMs: number): void {
    this.lastMessageMs = nowMs;
  }

  /**
   * To be asked regularly.
   *
   * @param isAnswerDue The server has had enough to answer and has not.
   * @param bufferedBytes What the socket has not sent yet.
   */
  isDead(nowMs: number, isAnswerDue: boolean, bufferedBytes: number): boolean {
    if (!isAnswerDue) this.waitingSinceMs = nowMs;
    if (bufferedBytes === 0 || bufferedBytes < this.leastBufferedBytes) {
      this.leastBufferedBytes = bufferedBytes === 0 ? Infinity : bufferedBytes;
      this.shrunkMs = nowMs;
    }
    const isSilent = nowMs - Math.max(this.waitingSinceMs, this.lastMessageMs) > this.answerTimeoutMs;
    return isSilent || nowMs - this.shrunkMs > this.sendTimeoutMs;
  }
}
