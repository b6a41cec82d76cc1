import { assert, describe, it } from '#test';
import { RESOLUTION_RUNGS, ResolutionGovernor } from '../../../src/render/resolution-governor.js';

const BUDGET_MS = 1000 / 30;
const FLOOR = RESOLUTION_RUNGS.at(-1)!;

/** A machine that takes `fixedMs + pixelMs · scale²` to draw and shows frames at multiples of its display's interval. */
interface Machine {
  fixedMs: number;
  pixelMs: number;
  displayMs?: number;
  /** It tells what drawing costs. */
  tells?: boolean;
  /** Time that others take from each frame, ms. */
  othersMs?: number;
  noise?: number;
  isSoftware?: boolean;
  budgetMs?: number;
}

class Run {
  readonly governor: ResolutionGovernor;
  nowMs = 0;
  steps = 0;
  machine: Machine;
  private state = 7;

  constructor(machine: Machine) {
    this.machine = machine;
    this.governor = new ResolutionGovernor({ isSoftware: machine.isSoftware ?? true, budgetMs: machine.budgetMs ?? BUDGET_MS });
  }

  get frameMs(): number {
    const { fixedMs, pixelMs, displayMs = 1000 / 60, othersMs = 0 } = this.machine;
    return Math.ceil((fixedMs + pixelMs * this.governor.scale ** 2 + othersMs) / displayMs - 1e-9) * displayMs;
  }

  seconds(seconds: number): this {
    for (const endMs = this.nowMs + seconds * 1000; this.nowMs < endMs; ) {
      const { fixedMs, pixelMs, tells = true, displayMs = 1000 / 60, othersMs = 0, noise = 0 } = this.machine;
      const { scale } = this.governor;
      const cost = (fixedMs + pixelMs * scale ** 2) * (1 + noise * this.random());
      const interval = Math.ceil((cost + othersMs) / displayMs - 1e-9) * displayMs;
      this.nowMs += interval;
      this.governor.handleFrame(this.nowMs, interval, tells ? cost : Number.NaN);
      if (this.governor.scale !== scale) this.steps++;
    }
    return this;
  }

  /** −1..1 */
  private random(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 2 ** 31 - 1;
  }
}

describe('The resolution governor', () => {
  it('leaves a machine alone that is fast enough', () => {
    for (const tells of [true, false]) {
      const run = new Run({ fixedMs: 4, pixelMs: 20, tells, noise: 0.2 }).seconds(60);
      assert.equal(run.governor.scale, 1);
      assert.equal(run.steps, 0);
    }
  });

  for (const tells of [true, false]) {
    const how = tells ? 'known' : 'unknown';
    it(`brings a slow machine to the frame rate within two seconds (cost ${how})`, () => {
      const run = new Run({ fixedMs: 6, pixelMs: 70, displayMs: 1, tells });
      run.seconds(2);
      assert.isBelow(run.frameMs, BUDGET_MS * 1.12);
      assert.isAbove(run.governor.scale, FLOOR - 1e-9);
      const { steps } = run;
      run.seconds(20);
      assert.isBelow(run.frameMs, BUDGET_MS * 1.12);
      assert.isAtMost(run.steps - steps, tells ? 0 : 3, 'it does not swing');
    });

    it(`gives the pixels back, one rung at a time, when the machine is fast again (cost ${how})`, () => {
      const run = new Run({ fixedMs: 5, pixelMs: 80, displayMs: 1, tells }).seconds(3);
      const low = run.governor.scale;
      assert.isBelow(low, 0.72);
      run.machine = { ...run.machine, pixelMs: 12 };
      run.seconds(3);
      assert.isAtMost(RESOLUTION_RUNGS.indexOf(low as 1) - RESOLUTION_RUNGS.indexOf(run.governor.scale as 1), 1, 'slowly');
      run.seconds(25);
      assert.equal(run.governor.scale, 1);
    });
  }

  it('gives pixels back at 60 Hz where costs are not known', () => {
    const run = new Run({ fixedMs: 2, pixelMs: 30, tells: false, isSoftware: false, budgetMs: 1000 / 55 }).seconds(5);
    assert.isBelow(run.governor.scale, 1);
    run.machine = { ...run.machine, pixelMs: 5 };
    assert.equal(run.seconds(60).governor.scale, 1);
  });

  it('helps one that shows two frames a second within five seconds', () => {
    const run = new Run({ fixedMs: 5, pixelMs: 500, displayMs: 1 }).seconds(5);
    assert.equal(run.governor.scale, FLOOR);
  });

  it('never goes below the floor', () => {
    const run = new Run({ fixedMs: 5, pixelMs: 500, displayMs: 1 }).seconds(10);
    assert.equal(run.governor.scale, FLOOR);
  });

  it('does not take away pixels that are not the reason', () => {
    // The display, or the page's throttling, is slow; drawing is not.
    const slowDisplay = new Run({ fixedMs: 2, pixelMs: 6, displayMs: 50 }).seconds(30);
    assert.equal(slowDisplay.steps, 0);
    // Vertices cost, not pixels: what was tried is taken back, and not tried again for long.
    const vertices = new Run({ fixedMs: 60, pixelMs: 1, displayMs: 1 }).seconds(20);
    assert.equal(vertices.governor.scale, 1);
    assert.equal(vertices.steps, 2);
    const unknown = new Run({ fixedMs: 2, pixelMs: 6, displayMs: 50, tells: false }).seconds(20);
    assert.equal(unknown.governor.scale, 1);
    assert.equal(unknown.steps, 2);
  });

  it('keeps all pixels while others hold up the frames, and gives them up when drawing is what is left', () => {
    // Drawing alone would miss the budget; of a quarter of a second fewer pixels would save nothing that is seen.
    const run = new Run({ fixedMs: 4, pixelMs: 40, othersMs: 220, displayMs: 1 }).seconds(20);
    assert.equal(run.governor.scale, 1);
    assert.equal(run.steps, 0);
    run.machine = { ...run.machine, othersMs: 0 };
    run.seconds(3);
    assert.isBelow(run.governor.scale, 1);
    assert.isAtMost(run.frameMs, BUDGET_MS * 1.12);
    // Pixels given up for drawing come back when drawing gets cheap, though frames stay late.
    run.machine = { fixedMs: 1, pixelMs: 6, othersMs: 220, displayMs: 1 };
    assert.equal(run.seconds(60).governor.scale, 1);
  });

  it('waits longer and longer for a rung that it cannot keep', () => {
    // Between two rungs, and others take their share once the better one is drawn: without patience it would swing for ever.
    const run = new Run({ fixedMs: 0, pixelMs: 40, displayMs: 1, tells: false });
    for (let second = 0; second < 600; second++) {
      run.machine = { ...run.machine, fixedMs: run.governor.scale > 0.72 ? 10 : 0 };
      run.seconds(1);
    }
    assert.isBelow(run.steps, 40);
    const { steps } = run;
    for (let second = 0; second < 120; second++) {
      run.machine = { ...run.machine, fixedMs: run.governor.scale > 0.72 ? 10 : 0 };
      run.seconds(1);
    }
    assert.isAtMost(run.steps - steps, 6);
  });

  it('counts frames that come in bursts by their rate', () => {
    for (const tells of [true, false]) {
      // Twenty a second, of which three come as fast as the display and the fourth is held up.
      const governor = new ResolutionGovernor({ isSoftware: true, budgetMs: BUDGET_MS });
      let nowMs = 0;
      for (let frame = 0; frame < 40 && governor.scale === 1; frame++) {
        const intervalMs = frame % 4 === 3 ? 150 : 50 / 3;
        governor.handleFrame((nowMs += intervalMs), intervalMs, tells ? 45 : Number.NaN);
      }
      assert.isBelow(governor.scale, 0.85);
      assert.isBelow(nowMs, 1500);
    }
  });

  it('forgives a frame that was held up', () => {
    const governor = new ResolutionGovernor({ isSoftware: true, budgetMs: BUDGET_MS });
    let nowMs = 0;
    for (let frame = 0; frame < 600; frame++) {
      const intervalMs = frame % 20 === 7 ? 400 : 20;
      governor.handleFrame((nowMs += intervalMs), intervalMs, 18);
      assert.equal(governor.scale, 1);
    }
  });

  it('is not shaken by noise around the budget', () => {
    const run = new Run({ fixedMs: 10, pixelMs: 22, displayMs: 1, noise: 0.15 }).seconds(120);
    assert.isAtMost(run.steps, 2);
  });

  it('gives way to the sound where the CPU draws, and takes its time to come back', () => {
    const run = new Run({ fixedMs: 3, pixelMs: 10, displayMs: 1 }).seconds(2);
    run.governor.handleUnderrun(run.nowMs);
    run.governor.handleUnderrun(run.nowMs + 5);
    assert.equal(run.governor.scale, RESOLUTION_RUNGS[1], 'one crackle is one step');
    run.seconds(9);
    assert.equal(run.governor.scale, RESOLUTION_RUNGS[1]);
    run.seconds(10);
    assert.equal(run.governor.scale, 1);
    for (let count = 0; count < 20; count++) run.governor.handleUnderrun(run.nowMs + count * 600);
    assert.equal(run.governor.scale, FLOOR);
    const onGpu = new Run({ fixedMs: 3, pixelMs: 10, isSoftware: false }).seconds(2);
    onGpu.governor.handleUnderrun(onGpu.nowMs);
    assert.equal(onGpu.governor.scale, 1);
  });

  it('forgets pauses and what it knew of another avatar', () => {
    const run = new Run({ fixedMs: 5, pixelMs: 15, displayMs: 1 }).seconds(5);
    for (let pause = 0; pause < 30; pause++) run.governor.handleFrame((run.nowMs += 2500), 2500, 20);
    run.governor.handleFrame(run.nowMs, Number.NaN, Number.NaN);
    assert.equal(run.governor.scale, 1);
    const heavy = new Run({ fixedMs: 60, pixelMs: 1, displayMs: 1 }).seconds(5);
    heavy.governor.reset();
    heavy.machine = { fixedMs: 5, pixelMs: 70, displayMs: 1 };
    heavy.seconds(2);
    assert.isBelow(heavy.governor.scale, 1);
  });
});
