/** The sources that run on the page, by kind. `speech/worker-sources.ts` has those of the motion worker. */
import type { PageSources } from '../speech/page-session.js';

export const PAGE_SOURCES: PageSources = {
  livekit: async () => (await import('../speech/room/room-session.js')).openRoom,
};
