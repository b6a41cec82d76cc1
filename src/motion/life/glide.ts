/**
 * A value that moves to its goals along the minimum-jerk curve of limbs (Flash & Hogan 1985), a quintic that continues position,
 * speed and acceleration of the movement it interrupts. Position and speed never jump.
 *
 * A pure function of time between two goals, so the frame rate does not matter. Units are the caller's; time is seconds.
 */
export class Glide {
  /** The present goal. */
  goal: number;
  private start = 0;
  private duration = 0;
  private c0: number;
  private c1 = 0;
  private c2 = 0;
  private c3 = 0;
  private c4 = 0;
  private c5 = 0;

  constructor(value: number) {
    this.goal = this.c0 = value;
  }

  /** Starts at `seconds` and reaches `goal`, at rest, after `duration` > 0 seconds. */
  to(goal: number, seconds: number, duration: number): void {
    const x = this.clock(seconds);
    const place = this.at(seconds);
    const isMoving = x < this.duration;
    const { c1, c2, c3, c4, c5 } = this;
    const speed = isMoving ? c1 + x * (2 * c2 + x * (3 * c3 + x * (4 * c4 + x * 5 * c5))) : 0;
    const acceleration = isMoving ? 2 * c2 + x * (6 * c3 + x * (12 * c4 + x * 20 * c5)) : 0;
    // In units of the duration: d distance, v speed, a acceleration.
    const d = goal - place;
    const v = speed * duration;
    const a = acceleration * duration * duration;
    this.goal = goal;
    this.start = seconds;
    this.duration = duration;
    this.c0 = place;
    this.c1 = speed;
    this.c2 = acceleration / 2;
    this.c3 = (10 * d - 6 * v - 1.5 * a) / duration ** 3;
    this.c4 = (-15 * d + 8 * v + 1.5 * a) / duration ** 4;
    this.c5 = (6 * d - 3 * v - 0.5 * a) / duration ** 5;
  }

  at(seconds: number): number {
    const x = this.clock(seconds);
    if (x >= this.duration) return this.goal;
    return this.c0 + x * (this.c1 + x * (this.c2 + x * (this.c3 + x * (this.c4 + x * this.c5))));
  }

  private clock(seconds: number): number {
    return Math.max(0, seconds - this.start);
  }
}
