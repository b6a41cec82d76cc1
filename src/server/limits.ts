/** Every limit of the Motion Server in one place. All can be set; the defaults suit one small machine. */
export interface MotionServerLimits {
  /** Live WebSocket sessions; further ones are refused with 503. Default 500. */
  maxSessions: number;
  /** Live sessions that were opened with one token of the server's own token endpoint; further ones get 429. Default 4. */
  maxSessionsPerToken: number;
  /** Live sessions of one client address (of IPv6 a /64), where it is known; further ones get 429. Default 32. */
  maxSessionsPerAddress: number;
  /** TCP connections of one client address that connects directly; further ones get 429. Default 100. */
  maxConnectionsPerAddress: number;
  /** Messages of a session; faster ones are read later. Default 1000. */
  maxMessagesPerSecond: number;
  /**
   * Memory of all clients together, bytes: audio, answers, half-received messages and the objects around them. From 60 % sessions that hold more
   * than 1 MiB are closed with 4503, largest first; where that does not help, new sessions get 503 and new requests `ServerError` 14.
   * The rest is for memory that is free but not collected yet. Default 256 MiB.
   */
  memoryBudgetBytes: number;
  /** Open TCP connections of any kind; further ones are dropped. Default 2000. */
  maxConnections: number;
  /** Time a connection may take to send its request headers, ms. Default 10,000. */
  headersTimeoutMs: number;
  /** Time a connection may take to send a whole HTTP request, ms. Default 20,000. */
  requestTimeoutMs: number;
  /** Time that an HTTP connection is kept for a next request, ms. Default 65,000: longer than reverse proxies keep theirs. */
  keepAliveTimeoutMs: number;
  /** Body of an HTTP request, bytes. Default 64 KiB. */
  maxBodyBytes: number;
  /** Time from the upgrade to `ClientConfigureSession`, ms. Default 10,000. */
  configureTimeoutMs: number;
  /** One WebSocket message, bytes; a longer one closes the socket with 1009. Default 8 MiB: 87 s at 48 kHz. */
  maxMessageBytes: number;
  /**
   * Audio of a session that waits for the engine, bytes; above it the socket is not read, so that an interrupt is not
   * seen either. Default 4 MiB: two minutes of 16 kHz.
   */
  maxQueuedBytes: number;
  /** Answers that a client has not taken, bytes; above it nothing more is computed or read for it. Default 256 KiB. */
  maxBufferedBytes: number;
  /** Time a client may take to make room in that buffer before it is cut off, ms. Default 30,000. */
  stallTimeoutMs: number;
  /** Audio of one request, s. Default 600. */
  maxRequestSeconds: number;
  /** Requests of a session without their `end`; the oldest is finished when one more begins. Default 4. */
  maxOpenRequests: number;
  /** Faulty messages of a session before it is closed. Default 20. */
  maxFaults: number;
  /** Interval of pings, ms; a peer that has not answered by the next one is cut off. Default 20,000. */
  pingIntervalMs: number;
  /** Time without any audio input, ms; then the session is closed normally. Default 600,000. */
  idleTimeoutMs: number;
  /** Time that a client may pause the playback of a request in a room, ms; then it is interrupted. Default 120,000. */
  maxPauseMs: number;
  /** Length of a session, ms. Default 7,200,000. */
  maxSessionMs: number;
  /** Time from the begin of a shutdown, when `/readyz` answers 503, until new sessions are refused, ms. Default 0. */
  drainDelayMs: number;
  /** Time that requests in progress get to finish at shutdown, ms. Default 10,000. */
  drainTimeoutMs: number;
}

export const DEFAULT_LIMITS: Readonly<MotionServerLimits> = Object.freeze({
  maxSessions: 500,
  maxSessionsPerToken: 4,
  maxSessionsPerAddress: 32,
  maxConnectionsPerAddress: 100,
  maxMessagesPerSecond: 1000,
  memoryBudgetBytes: 256 * 1024 * 1024,
  maxConnections: 2000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 20_000,
  keepAliveTimeoutMs: 65_000,
  maxBodyBytes: 64 * 1024,
  configureTimeoutMs: 10_000,
  maxMessageBytes: 8 * 1024 * 1024,
  maxQueuedBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 256 * 1024,
  stallTimeoutMs: 30_000,
  maxRequestSeconds: 600,
  maxOpenRequests: 4,
  maxFaults: 20,
  pingIntervalMs: 20_000,
  idleTimeoutMs: 600_000,
  maxPauseMs: 120_000,
  maxSessionMs: 7_200_000,
  drainDelayMs: 0,
  drainTimeoutMs: 10_000,
});
