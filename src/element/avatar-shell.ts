/**
 * Base class of `SpatiusAvatar`: renders, passes settings to the avatar, and turns its reports into flags and events. The public
 * methods are in `SpatiusAvatar`.
 */
import type { CSSResult, LitElement, PropertyValues, TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { Avatar } from '../avatar/avatar.js';
import { PAGE_SOURCES } from '../avatar/page-sources.js';
import { type ChannelNames, checkChannelNames } from '../shared/contracts/channel-names.js';
import type { ConnectionState } from '../shared/contracts/connection-state.js';
import type { AvatarError } from '../shared/contracts/errors.js';
import { STAGE_ATTRIBUTES, type StageSettings } from '../shared/contracts/stage-settings.js';
import { attributeErrors, propertiesOf, settingsFrom } from './attributes.js';
import { AvatarErrorEvent, AvatarLoadProgressEvent, AvatarReadyEvent } from './avatar-events.js';
import { AvatarProperties } from './avatar-properties.js';
import { avatarTemplate } from './avatar-template.js';
import { avatarOptions, CONNECTION_PROPERTIES, configurationErrors } from './connection-attributes.js';
import { avatarStates, CustomStates } from './custom-states.js';
import { ENGLISH, type KnownStrings } from './english.js';
import { GestureController } from './gesture-controller.js';
import { LazyPiece } from './lazy-piece.js';
import { LifecycleController, type LifecycleHost } from './lifecycle-controller.js';
import { MotionPreferenceController } from './motion-preference-controller.js';
import { PRESENTATION_ATTRIBUTES, soundSettings } from './presentation-attributes.js';
import { relaySpeechEvents } from './relay-speech-events.js';
import { ErrorLog } from './report/error-log.js';
import { styles } from './spatius-avatar.styles.js';

export abstract class AvatarShell extends AvatarProperties implements LifecycleHost {
  static override styles = styles;

  @state() private loadProgress: number | null = null;
  /** @internal */
  @state() isLoading = false;
  /** @internal */
  @state() isReady = false;
  /** @internal */
  @state() stageError: AvatarError | null = null;
  /** @internal */
  @state() brokenPoster: string | null = null;
  /** @internal */
  @state() isStalled = false;
  /** @internal */
  @state() isAudioBlocked = false;
  /** The page has requested audio; only then does a blocked audio context show a button. @internal */
  @state() isSoundWanted = false;

  private readonly shownStyles: CSSResult[] = [];
  private checkedNames: ChannelNames | null = null;

  private readonly late = new LazyPiece(this, async () => {
    const { LanguageController, lateStyles, soundButton } = await import('./late.js');
    return [{ language: new LanguageController(this), soundButton }, lateStyles];
  });
  private readonly bar = new LazyPiece(this, async () => {
    const { ControlsBar, controlsStyles } = await import('./controls/controls.js');
    return [new ControlsBar(this), controlsStyles];
  });
  protected readonly captioning = new LazyPiece(this, async () => {
    const { Captions, captionsStyles } = await import('./captions/captions.js');
    return [new Captions(this), captionsStyles];
  });
  private readonly camera = new LazyPiece(this, async () => {
    const { StageCamera } = await import('./stage-camera.js');
    return [new StageCamera(this, (changes) => this.lifecycle.configure(changes))];
  });
  protected readonly gazing = new LazyPiece(this, async () => {
    const { GazeController } = await import('./gaze-controller.js');
    return [new GazeController(this, (gazePoint) => this.lifecycle.configure({ gazePoint }))];
  });
  private readonly userSpeech = new LazyPiece(this, async () => {
    const { UserSpeechController } = await import('./user-speech-controller.js');
    return [new UserSpeechController(this, this.lifecycle)];
  });
  private readonly motionPreference = new MotionPreferenceController(this);
  protected readonly lifecycle = new LifecycleController(this);
  protected readonly errors = new ErrorLog();
  private readonly customStates = new CustomStates(this);

  constructor() {
    super();
    // If audio stays locked, `avatar-audio-blocked` reports it.
    new GestureController(this, () => void this.initializeAudioContext().catch(() => undefined));
  }

  abstract get connectionState(): ConnectionState;
  abstract get conversationState(): 'idle' | 'playing' | 'paused';
  abstract get currentTime(): number;
  abstract start(): Promise<void>;
  abstract pause(): void;
  abstract resume(): Promise<void>;
  abstract interrupt(): unknown;
  abstract initializeAudioContext(): Promise<void>;

  // ---- rendering ---------------------------------------------------------------------------------------------------

  protected override createRenderRoot(): ShadowRoot {
    const root = this.attachShadow({ mode: 'open' });
    this.addStyles(...((this.constructor as typeof LitElement).elementStyles as CSSResult[]));
    return root;
  }

  /** A style sheet belongs to one document, so each element makes its own from the text. @internal */
  addStyles(...added: CSSResult[]): void {
    this.shownStyles.push(...added);
    const { defaultView } = this.ownerDocument;
    if (!defaultView) return;
    for (const { cssText } of added) {
      const sheet = new defaultView.CSSStyleSheet();
      sheet.replaceSync(cssText);
      this.shadowRoot!.adoptedStyleSheets.push(sheet);
    }
  }

  /** A shadow root leaves its style sheets behind in the former document. @internal */
  adoptedCallback(): void {
    if (this.shadowRoot) this.addStyles(...this.shownStyles.splice(0));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (CONNECTION_PROPERTIES.some((name) => changed.has(name))) this.applyOptions();
    if (changed.has('channelNames')) this.checkNames();
    for (const table of [STAGE_ATTRIBUTES, PRESENTATION_ATTRIBUTES]) {
      if (propertiesOf(table).some((name) => (changed as Map<string, unknown>).has(name))) this.report(attributeErrors(table, this));
    }
    void this.late.load();
    if (this.controls) void this.bar.load();
    if (this.captions || (this.controls && this.querySelector('track'))) void this.captioning.load();
    if (this.interruptible) void this.userSpeech.load();
  }

  protected override render(): TemplateResult {
    const pieces = { bar: this.bar.piece, captions: this.captioning.piece, soundButton: this.late.piece?.soundButton };
    return avatarTemplate(this, this.loadProgress, pieces, () => this.retry());
  }

  protected override updated(changed: PropertyValues<this>): void {
    const settings = this.stageSettings;
    this.lifecycle.configureSound(soundSettings(this));
    if (changed.has('src') || changed.has('avatarId') || changed.has('channelNames')) this.lifecycle.reload();
    this.lifecycle.configure(settings);
    const isPointerFollowed = settings.gaze === 'pointer' && settings.motionStyle === 'lively';
    if (isPointerFollowed || this.gazing.isRequested) this.gazing.tell((gaze) => gaze.followPointer(isPointerFollowed));
    if (changed.has('logLevel')) this.lifecycle.tell((avatar) => avatar.setLogLevel(this.logLevel));
    if (changed.get('renderer') !== undefined) this.lifecycle.changeRenderer();
    if (changed.has('cameraOrbit') || changed.has('transform') || changed.has('cameraControls')) this.applyCamera();
    this.customStates.set(avatarStates(this));
    this.customStates.label = this.strings.avatar;
  }

  private applyCamera(): void {
    if (this.cameraOrbit === null && this.transform === null && !this.cameraControls && !this.camera.isRequested) return;
    this.camera.tell((camera) => camera.update());
  }

  private report(errors: readonly AvatarError[]): void {
    for (const error of errors) this.handleError(error);
  }

  /** Names that cannot work are reported, and the avatar is shown without them. */
  private checkNames(): void {
    this.checkedNames = null;
    try {
      if (this.channelNames) this.checkedNames = checkChannelNames(this.channelNames);
    } catch (error) {
      this.handleError(error as AvatarError);
    }
  }

  private applyOptions(): void {
    this.report(configurationErrors(this));
    const speech = this.lifecycle.avatar?.speech;
    if (!speech) return;
    const wasOnline = this.connectionState !== 'disconnected';
    speech.configure(avatarOptions(this));
    // A failure is reported by state and event.
    if (wasOnline) void speech.start().catch(() => undefined);
  }

  private retry(): void {
    this.stageError = null;
    // The button goes, the keyboard's place stays.
    (this.renderRoot.firstElementChild as HTMLElement).focus({ preventScroll: true });
    this.lifecycle.retry();
  }

  private get stageSettings(): Partial<StageSettings> {
    const settings = settingsFrom(STAGE_ATTRIBUTES, this);
    return this.motionPreference.isReduced ? { ...settings, motionStyle: 'calm' } : settings;
  }

  // ---- what the pieces ask ---------------------------------------------------------------------------------------

  /** @internal */
  get strings(): KnownStrings {
    return this.late.piece?.language.strings ?? ENGLISH;
  }

  /** @internal */
  get hasCaptions(): boolean {
    return this.captions || (this.captioning.piece?.areThere ?? false);
  }

  /** @internal */
  get heardConversationId(): string | null {
    return this.lifecycle.avatar?.speech.heardConversationId ?? null;
  }

  // ---- what the lifecycle reads and reports -------------------------------------------------------------------------

  /** @internal */
  get avatarSettings(): LifecycleHost['avatarSettings'] {
    const { loading, preload, renderer } = settingsFrom(PRESENTATION_ATTRIBUTES, this);
    return {
      options: avatarOptions(this),
      src: this.src,
      avatarId: this.avatarId,
      channelNames: this.checkedNames,
      isEager: loading === 'eager',
      renderer,
      isAutostarted: this.autostart,
      isSpeechPreloaded: preload === 'auto',
      logLevel: this.logLevel,
    };
  }

  /** @internal */
  readonly pageSources = PAGE_SOURCES;

  /** @internal */
  placeCanvas(canvas: HTMLCanvasElement): boolean {
    canvas.setAttribute('part', 'canvas');
    canvas.ariaHidden = 'true';
    const holder = this.renderRoot?.querySelector('.stage');
    holder?.replaceChildren(canvas);
    return !!holder;
  }

  /** @internal */
  handleAvatar({ speech }: Avatar): void {
    relaySpeechEvents(speech, this);
  }

  /** @internal */
  handleError(error: AvatarError): void {
    this.errors.add(error);
    this.tell(new AvatarErrorEvent(error));
  }

  /** @internal */
  handleLoading(progress: number | null): void {
    this.isLoading = true;
    this.stageError = null;
    this.loadProgress = progress;
    if (progress !== null) this.tell(new AvatarLoadProgressEvent(progress));
  }

  /** @internal */
  handleReady(): void {
    this.handlePictureKept();
    this.tell(new AvatarReadyEvent());
  }

  /** @internal */
  handlePictureKept(): void {
    this.isLoading = false;
    this.isReady = true;
  }

  /** @internal */
  handleStageFailure(error: AvatarError): void {
    this.isLoading = this.isReady = false;
    this.stageError = error;
  }

  /** @internal */
  handleClosed(): void {
    this.isLoading = this.isReady = this.isStalled = this.isAudioBlocked = this.isSoundWanted = false;
    this.stageError = null;
    this.requestUpdate();
  }

  /** @internal */
  tell(event: Event): void {
    this.requestUpdate();
    this.dispatchEvent(event);
  }
}
