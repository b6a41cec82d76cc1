/** A critically damped spring, exact for steps of any size:  x'' = ω² (goal − x) − 2 ω x'. */
export class Spring {
  value: number;
  speed = 0;

  constructor(value: number) {
    this.value = value;
  }

  /** @param seconds Time constant 1 / ω: after five of them 96 % of the distance is covered. */
  advance(goal: number, seconds: number, elapsed: number): number {
    const omega = 1 / seconds;
    const distance = this.value - goal;
    const decay = Math.exp(-omega * elapsed);
    const slope = this.speed + omega * distance;
    this.value = goal + (distance + slope * elapsed) * decay;
    this.speed = (this.speed - omega * slope * elapsed) * decay;
    return this.value;
  }
}
