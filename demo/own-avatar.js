/** Shows an avatar file of the visitor and lists its missing features. */

const KINDS = /\.(glb|vrm|zip)$/i;

/** Error codes of a file that cannot be shown, as opposed to those of speech and connection. */
const LOAD_FAILURES = new Set(['unsupportedAvatarAsset', 'failedToDownloadAvatarAssets', 'renderingFailed']);

export const isAvatarFile = (file) => KINDS.test(file.name);

/** Merges left and right channels: `eyeBlinkLeft` and `eyeBlinkRight` become "eye blink". */
function inWords(channels) {
  const words = channels.map((name) =>
    name
      .replace(/(?<!^mouth|^jaw)(Left|Right)$/, '')
      .replace(/([A-Z])/g, ' $1')
      .toLowerCase(),
  );
  return [...new Set(words)].join(', ');
}

const JOINTS = { head: 'head', neck: 'neck', leftEye: 'left eye', rightEye: 'right eye' };

/** The avatar part of `diagnose()` as lines of text. */
function linesAbout({ format, vertexCount, missingChannels, approximatedChannels, missingJoints }) {
  const lacking = missingChannels.filter((name) => !approximatedChannels.includes(name));
  const lines = [`${format.toUpperCase()}, ${vertexCount.toLocaleString('en')} vertices.`];
  if (lacking.includes('jawOpen')) lines.push('No shape or joint opens the mouth: use the names of ARKit, Oculus or VRM.');
  if (approximatedChannels.length > 0) lines.push(`Approximated by other shapes: ${inWords(approximatedChannels)}.`);
  if (lacking.length > 0) lines.push(`Missing: ${inWords(lacking)}.`);
  if (missingJoints.length > 0) lines.push(`No joint for: ${missingJoints.map((joint) => JOINTS[joint] ?? joint).join(', ')}.`);
  if (lines.length === 1) lines.push('All shapes and joints were found.');
  return lines;
}

export class OwnAvatar {
  /** @param report Element that shows the report. */
  constructor(avatar, report) {
    this.avatar = avatar;
    this.report = report;
    this.url = null;
    this.name = '';
    avatar.addEventListener('avatar-ready', () => this.url && void this.describe());
    avatar.addEventListener('avatar-error', ({ error }) => {
      if (!this.url) return;
      this.say([error.message]);
      // The previous avatar is shown again and fires `avatar-ready`, which this report is not about.
      if (LOAD_FAILURES.has(error.code)) this.letGo();
    });
  }

  show(file) {
    this.forget();
    this.name = file.name;
    this.url = URL.createObjectURL(file);
    this.say([`Loading ${file.name} …`]);
    this.avatar.src = this.url;
  }

  /** Returns to the built-in avatars. */
  forget() {
    this.letGo();
    this.avatar.src = null;
    this.say([]);
  }

  letGo() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = null;
  }

  async describe() {
    const { url } = this;
    const { avatar } = await this.avatar.diagnose();
    if (avatar && url === this.url) this.say(linesAbout(avatar));
  }

  say(lines) {
    this.report.hidden = lines.length === 0;
    this.report.replaceChildren(...lines.map((line) => Object.assign(document.createElement('span'), { textContent: line })));
  }
}
