/** Real Motion Servers and endpoints for browser tests; they run in the test runner (`motion-server-commands.js`). */
import { executeServerCommand } from '@web/test-runner-commands';

export interface TestMotionServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly ingressUrl: string;
  readonly appId: string;
  readonly tokenEndpoint: string;
  /** Breaks all connections and lets nobody in: a server that was killed. */
  cut(): Promise<void>;
  /** Swallows everything: a server that hangs. */
  freeze(): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export async function startMotionServer(
  options: { limits?: Record<string, number>; tokenTtlSeconds?: number } = {},
): Promise<TestMotionServer> {
  type Started = { id: number; url: string; ingressUrl: string; appId: string };
  const { id, ...server } = await command<Started>('start-motion-server', options);
  const setLine = (mode: string) => async (): Promise<void> => void (await command('set-motion-server-line', { id, mode }));
  return {
    ...server,
    tokenEndpoint: `${server.url}/api/session-token`,
    cut: setLine('cut'),
    freeze: setLine('freeze'),
    mend: setLine('mend'),
    stop: async () => void (await command('stop', { id })),
  };
}

/** An HTTP endpoint that answers everything alike. */
export async function startEndpoint(answer: {
  status: number;
  body: string;
  contentType?: string;
}): Promise<{ url: string; stop(): Promise<void> }> {
  const { id, url } = await command<{ id: number; url: string }>('start-endpoint', answer);
  return { url, stop: async () => void (await command('stop', { id })) };
}

/** What a speech endpoint was asked, and whether its answer was broken off. */
export interface SpeechRequest {
  body: { text: string; voice?: string; language?: string; avatarId?: string };
  isBrokenOff: boolean;
}

/** An endpoint that says a second of a voice for each word, `pace` times as fast as it is heard; "no" it refuses. */
export async function startSpeechEndpoint(
  pace = 10,
): Promise<{ url: string; requests(): Promise<SpeechRequest[]>; stop(): Promise<void> }> {
  const { id, url } = await command<{ id: number; url: string }>('start-speech-endpoint', { pace });
  return { url, requests: () => command('speech-requests', { id }), stop: async () => void (await command('stop', { id })) };
}

/** The files of the test runner's server from another origin, like a CDN; with a policy, pages of its own. */
export async function startOtherOrigin(
  policy?: string,
): Promise<{ url: string; requestedPaths(): Promise<string[]>; stop(): Promise<void> }> {
  const { id, url } = await command<{ id: number; url: string }>('start-other-origin', { origin: location.origin, policy });
  const requestedPaths = (): Promise<string[]> => command('requested-paths', { id });
  return { url, requestedPaths, stop: async () => void (await command('stop', { id })) };
}

/** A token that `startMotionServer` accepts, or with a negative validity one that has expired. */
export function issueSessionToken(expiresInSeconds: number, appId?: string): Promise<string> {
  return command('issue-session-token', { expiresInSeconds, appId });
}

async function command<Answer>(name: string, payload: object): Promise<Answer> {
  return (await executeServerCommand(name, payload as never)) as Answer;
}
