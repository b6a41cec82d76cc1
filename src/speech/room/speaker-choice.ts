/** Whose voice and motion an avatar takes in a room. */
import { AGENT_STATE_ATTRIBUTE, AVATAR_ATTRIBUTE, ON_BEHALF_ATTRIBUTE } from '../../shared/contracts/room-packets.js';

/** What is known of a participant; livekit-client's `RemoteParticipant` is one. */
export interface Speaker {
  readonly identity: string;
  readonly isAgent: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly audioTrackPublications: { readonly size: number };
}

/**
 * The participant to listen to, or null while there is none.
 *
 * With a wanted identity: the participant that publishes on behalf of it, else the participant of that identity. Without: one
 * whose attributes announce an avatar's motion, else an agent that publishes on behalf of another participant. Participants
 * without such attributes are found by the motion they send, or by `chooseAgent`.
 */
export function chooseSpeaker<Participant extends Speaker>(participants: Iterable<Participant>, wanted: string | null): Participant | null {
  const all = [...participants];
  const onBehalf = (participant: Speaker): string | undefined => participant.attributes[ON_BEHALF_ATTRIBUTE];
  if (wanted !== null) {
    return all.find((participant) => onBehalf(participant) === wanted) ?? all.find(({ identity }) => identity === wanted) ?? null;
  }
  return (
    all.find(({ attributes }) => AVATAR_ATTRIBUTE in attributes) ??
    all.find((participant) => participant.isAgent && onBehalf(participant)) ??
    null
  );
}

/** Without a wanted identity and without motion: an agent that publishes a voice. A visitor is none. */
export function chooseAgent<Participant extends Speaker>(participants: Iterable<Participant>, wanted: string | null): Participant | null {
  return wanted === null ? ([...participants].find((one) => isAgent(one) && one.audioTrackPublications.size > 0) ?? null) : null;
}

function isAgent({ isAgent, attributes }: Speaker): boolean {
  return isAgent || AGENT_STATE_ATTRIBUTE in attributes || ON_BEHALF_ATTRIBUTE in attributes;
}

/** Whether a participant that sends motion may become the one to listen to. */
export function mayBecomeSpeaker(participant: Speaker, wanted: string | null): boolean {
  return wanted === null || participant.identity === wanted || participant.attributes[ON_BEHALF_ATTRIBUTE] === wanted;
}
