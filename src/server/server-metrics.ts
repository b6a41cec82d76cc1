/** What a server measures, for Prometheus. Labels have few values: no id of a client, a session or a token is one. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Read when the metrics are asked for. */
export interface MetricSources {
  sessions: () => number;
  /** Audio of all sessions that no engine has taken, bytes. */
  queuedBytes: () => number;
  memoryBytes: () => number;
  /** Time that each engine thread was busy since its start, s. */
  engineSeconds: () => readonly number[];
  isReady: () => boolean;
}

export type RequestResult = 'ended' | 'interrupted' | 'failed';

/** From a loaded server's 5 ms to what a visitor takes for a failure, s. */
const FIRST_MOTION_BUCKETS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

export class ServerMetrics {
  private readonly registry = new Registry();
  private readonly opened = this.counter('sessions_opened_total', 'Sessions that were confirmed');
  private readonly requests = this.counter('requests_total', 'Requests (utterances) that are over, by result', ['result']);
  private readonly refusals = this.counter('refusals_total', 'Upgrades and sessions that were refused, by HTTP status or close code', [
    'code',
  ]);
  private readonly quotas = this.counter('quota_refusals_total', 'Refusals because of a quota, by what is counted', ['quota']);
  private readonly media = this.counter('motion_seconds_total', 'Speech for which motion was computed, s');
  private readonly received = this.counter('received_bytes_total', 'Bytes received over WebSockets');
  private readonly sent = this.counter('sent_bytes_total', 'Bytes of messages sent over WebSockets');
  private readonly firstMotion = new Histogram({
    name: 'spatius_first_motion_seconds',
    help: 'From the first audio of a request to its first motion, s',
    buckets: FIRST_MOTION_BUCKETS,
    registers: [this.registry],
  });
  private hasDefaults = false;

  constructor(limits: { maxSessions: number; memoryBudgetBytes: number }, sources: MetricSources) {
    this.gauge('sessions', 'Live sessions', sources.sessions);
    this.gauge('sessions_limit', 'Sessions that the server takes', () => limits.maxSessions);
    this.gauge('engine_queue_bytes', 'Audio that waits for an engine', sources.queuedBytes);
    this.gauge('memory_used_bytes', 'Memory of all clients as counted by the budget', sources.memoryBytes);
    this.gauge('memory_budget_bytes', 'Memory that all clients may take', () => limits.memoryBudgetBytes);
    this.gauge('ready', '1 while /readyz answers 200', () => Number(sources.isReady()));
    const threads = new Gauge({
      name: 'spatius_engine_busy_seconds',
      help: 'Time that an engine thread was busy since its start, s; motion_seconds_total by this is the real-time factor',
      labelNames: ['thread'],
      registers: [this.registry],
      collect: () => {
        threads.reset();
        sources.engineSeconds().forEach((seconds, index) => threads.set({ thread: String(index) }, seconds));
      },
    });
  }

  countOpened(): void {
    this.opened.inc();
  }

  countRequest(result: RequestResult): void {
    this.requests.inc({ result });
  }

  /** @param code HTTP status of an upgrade, or close code of a session. */
  countRefusal(code: number): void {
    this.refusals.inc({ code: String(code) });
  }

  /** @param kind `session of address` without the address. */
  countQuota(kind: string): void {
    this.quotas.inc({ quota: kind });
  }

  countMotion(seconds: number): void {
    this.media.inc(seconds);
  }

  countReceived(bytes: number): void {
    this.received.inc(bytes);
  }

  countSent(bytes: number): void {
    this.sent.inc(bytes);
  }

  observeFirstMotion(seconds: number): void {
    this.firstMotion.observe(seconds);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  async text(): Promise<string> {
    // They observe the garbage collector and the event loop, which a server that nobody watches need not.
    if (!this.hasDefaults) collectDefaultMetrics({ register: this.registry });
    this.hasDefaults = true;
    return this.registry.metrics();
  }

  private counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name: `spatius_${name}`, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  private gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name: `spatius_${name}`, help, registers: [this.registry], collect: () => gauge.set(read()) });
  }
}
