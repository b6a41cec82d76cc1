/** Whose voice and motion an avatar takes in a room. */
import { AVATAR_ATTRIBUTE, ON_BEHALF_ATTRIBUTE } from '../../shared/contracts/room-packets.js';

/** What is known of a participant; livekit-client's `RemoteParticipant` is one. */
export interface Speaker {
  readonly identity: string;
  readonly isAgent: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The participant to listen to, or null while there is none.
 *
 * With a wanted identity: the participant that publishes on behalf of it, else the participant of that identity. Without: one
 * whose attributes announce an avatar's motion, else an agent that publishes on behalf of another participant. Participants
 * without such attributes are found by the motion they send.
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

/** Whether a participant that sends motion may become the one to listen to. */
export function mayBecomeSpeaker(participant: Speaker, wanted: string | null): boolean {
  return wanted === null || participant.identity === wanted || participant.attributes[ON_BEHALF_ATTRIBUTE] === wanted;
}
