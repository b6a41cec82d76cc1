/** The sources that run on the page, by kind. `worker-sources.ts` has those of the motion worker. */
import type { PageSources } from './page-session.js';

export const PAGE_SOURCES: PageSources = {
  livekit: async () => (await import('./room/room-session.js')).openRoom,
};
