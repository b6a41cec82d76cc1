import type { SpatiusAvatar } from 'spatius-avatar/vue';
import type { GlobalComponents } from 'vue';

type Avatar = InstanceType<GlobalComponents['spatius-avatar']>;

/** What a template's tag is checked against. */
export const guide: Avatar['$props'] = { 'avatar-id': 'theo', sampleRate: 24000, class: 'guide', requestToken: async () => 'token' };
// @ts-expect-error there is no such mode
export const wrong: Avatar['$props'] = { mode: 'remote' };

export function listen(emit: Avatar['$emit'], avatar: Avatar, event: HTMLElementEventMap['avatar-error']): void {
  const element: SpatiusAvatar = avatar;
  void element.speak('/hello.mp3');
  emit('avatar-error', event);
  // @ts-expect-error another event
  emit('avatar-ready', event.error);
}
