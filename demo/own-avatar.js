/** The visitor's own avatar: picked or dropped, shown, and what it lacks told in words. */

const KINDS = /\.(glb|vrm|zip)$/i;

/** Codes of a file that cannot be shown; speech and connection have others. */
const LOAD_FAILURES = new Set(['unsupportedAvatarAsset', 'failedToDownloadAvatarAssets', 'renderingFailed']);

export const isAvatarFile = (file) => KINDS.test(file.name);

/** `eyeBlinkLeft` and `eyeBlinkRight` are one thing to a reader: "eye blink". */
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

/** What `diagnose()` says of the avatar, as lines of text. */
function linesAbout({ format, vertexCount, missingChannels, approximatedChannels, missingJoints }) {
  const lacking = missingChannels.filter((name) => !approximatedChannels.includes(name));
  const lines = [`${format.toUpperCase()}, ${vertexCount.toLocaleString('en')} vertices.`];
  if (lacking.includes('jawOpen')) lines.push('Nothing in it can open the mouth: name its shapes as ARKit, Oculus or VRM do.');
  if (approximatedChannels.length > 0) lines.push(`Shown by the nearest it has: ${inWords(approximatedChannels)}.`);
  if (lacking.length > 0) lines.push(`Missing: ${inWords(lacking)}.`);
  if (missingJoints.length > 0) lines.push(`No joint for: ${missingJoints.map((joint) => JOINTS[joint] ?? joint).join(', ')}.`);
  if (lines.length === 1) lines.push('It has everything.');
  return lines;
}

export class OwnAvatar {
  /** @param report Element for what is said of the file. */
  constructor(avatar, report) {
    this.avatar = avatar;
    this.report = report;
    this.url = null;
    this.name = '';
    avatar.addEventListener('avatar-ready', () => this.url && void this.describe());
    avatar.addEventListener('avatar-error', ({ error }) => {
      if (!this.url) return;
      this.say([error.message]);
      // The avatar before is shown again, and is ready: this report is not about it.
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

  /** Back to the built-in ones. */
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
