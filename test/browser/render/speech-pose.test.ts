import { assert } from 'chai';

import { Playhead } from '../../../src/audio/playhead.js';
import { SpeechPose } from '../../../src/render/speech-pose.js';
import { CHANNEL_COUNT, CHANNEL_INDEX } from '../../../src/shared/contracts/channels.js';

const FRAME_MS = 1000 / 60;
const JAW = CHANNEL_INDEX.jawOpen;
const YAW = CHANNEL_INDEX.headYaw;

/** Worklet, motion worker and display on one simulated clock. */
class Simulation {
  readonly playhead = new Playhead();
  readonly speech = new SpeechPose(this.playhead);
  readonly pose = new Float32Array(CHANNEL_COUNT);
  nowMs = 1000;
  private round = 0;
  private mediaSeconds = 0;

  motion(round: number, seconds: number, jawOpen: number): void {
    const frameCount = Math.round(seconds * 50);
    const values = new Float32Array(frameCount * CHANNEL_COUNT);
    for (let frame = 0; frame < frameCount; frame++) {
      values[frame * CHANNEL_COUNT + JAW] = jawOpen;
      values[frame * CHANNEL_COUNT + YAW] = jawOpen / 4;
    }
    this.speech.handleFeed({ type: 'frames', round, frames: { frameRate: 50, startFrame: 0, frameCount, values } });
  }

  /** Runs for a time and returns the opening of the jaw in every frame. */
  run(round: number, seconds: number, state: { isAdvancing?: boolean; isPaused?: boolean; isOver?: boolean } = {}): number[] {
    if (round !== this.round) this.mediaSeconds = 0;
    this.round = round;
    const { isAdvancing = true, isPaused = false, isOver = false } = state;
    const jaw: number[] = [];
    for (let frame = 0; frame < Math.round(seconds * 60); frame++) {
      this.playhead.handleReport(
        { round, contextSeconds: this.nowMs / 1000, mediaSeconds: this.mediaSeconds, isAdvancing, isPaused, isOver, isInterrupted: false },
        this.nowMs,
      );
      this.draw();
      jaw.push(this.pose[JAW]);
      this.nowMs += FRAME_MS;
      if (isAdvancing) this.mediaSeconds += FRAME_MS / 1000;
    }
    return jaw;
  }

  draw(): void {
    this.pose.fill(0);
    this.speech.update(this.nowMs, FRAME_MS / 1000, this.pose);
  }
}

describe('Speech on the face', () => {
  it('shows the motion at the playhead', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.6);
    const jaw = simulation.run(1, 1);
    assert.closeTo(jaw[jaw.length - 1], 0.6, 0.01);
    assert.equal(simulation.speech.round, 1);
    assert.closeTo(simulation.speech.mediaSeconds, 1, 0.03);
    assert.isFalse(simulation.speech.isStarved);
  });

  it('eases to rest when motion runs out, says that it starves, and catches up without a jump', () => {
    const simulation = new Simulation();
    simulation.motion(1, 0.5, 0.6);
    simulation.run(1, 0.5);
    const starved = simulation.run(1, 1);
    assert.isTrue(simulation.speech.isStarved);
    assert.isBelow(starved[starved.length - 1], 0.01);
    assert.isAbove(starved[2], 0.2, 'no jump to rest');
    simulation.motion(1, 4, 0.6);
    const back = simulation.run(1, 0.5);
    assert.isBelow(back[0], 0.4, 'no jump to speech');
    assert.closeTo(back[back.length - 1], 0.6, 0.02);
    assert.isFalse(simulation.speech.isStarved);
  });

  it('shuts the mouth in the first frame after a flush and drops what comes late', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.8);
    simulation.run(1, 0.5);
    simulation.speech.handleFeed({ type: 'flush', beforeRound: 2 });
    simulation.draw();
    assert.equal(simulation.pose[JAW], 0);
    simulation.motion(1, 2, 0.8);
    assert.deepEqual([...new Set(simulation.run(1, 0.2))], [0]);
  });

  it('lets the head follow an interruption instead of jerking', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.8);
    simulation.run(1, 0.5);
    assert.closeTo(simulation.pose[YAW], 0.2, 0.01);
    simulation.speech.handleFeed({ type: 'flush', beforeRound: 2 });
    for (let frame = 0, yaw = 0.2; frame < 60; frame++) {
      simulation.draw();
      assert.isBelow(Math.abs(simulation.pose[YAW] - yaw), 0.05);
      yaw = simulation.pose[YAW];
    }
    assert.closeTo(simulation.pose[YAW], 0, 0.005);
  });

  it('lets a pose from outside take the place of speech, also while paused, and gives the face back', () => {
    const simulation = new Simulation();
    simulation.motion(1, 4, 0.8);
    simulation.run(1, 0.5);
    const own = new Float32Array(CHANNEL_COUNT);
    own[JAW] = 0.3;
    simulation.speech.heldPose = own;
    const held = simulation.run(1, 0.5);
    assert.closeTo(held[held.length - 1], 0.3, 0.01);
    simulation.speech.heldPose = null;
    const back = simulation.run(1, 0.5);
    assert.closeTo(back[back.length - 1], 0.8, 0.01);
  });

  it('shows a new round after an interruption', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.8);
    simulation.run(1, 0.5);
    simulation.speech.handleFeed({ type: 'flush', beforeRound: 2 });
    simulation.motion(2, 2, 0.4);
    const jaw = simulation.run(2, 0.5);
    assert.closeTo(jaw[jaw.length - 1], 0.4, 0.01);
  });

  it('holds while paused', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.6);
    simulation.run(1, 0.5);
    const held = simulation.run(1, 1, { isAdvancing: false, isPaused: true });
    for (const jaw of held) assert.closeTo(jaw, 0.6, 0.01);
  });

  it('goes to rest after the end', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.6);
    simulation.run(1, 0.5);
    const after = simulation.run(1, 1, { isAdvancing: false, isOver: true });
    assert.isBelow(after[after.length - 1], 0.01);
    assert.isNaN(simulation.speech.mediaSeconds);
  });

  it('stays at rest before the first sound', () => {
    const simulation = new Simulation();
    simulation.motion(1, 2, 0.6);
    simulation.draw();
    assert.equal(simulation.pose[JAW], 0);
  });
});
