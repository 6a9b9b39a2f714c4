// Keeps the time of a live capture going when somebody sets the clock of the machine back. Packet time never runs back,
// so it would stand still until the clock has caught up, and nothing would be overdue in the meantime.

/** A stamp this much older than one before is no disorder of the kernel's queues: the clock was set back. */
const SET_BACK_US = 1_000_000;

/**
 * The rule: a stamp more than a second older than the newest one before means that the clock was set back. From then on
 * time is the clock's plus the difference, so that it goes on from where it was; it stays ahead by as much until the
 * capture ends. A clock set forward is followed: it cannot be told from silence.
 */
export class SteadyClock {
  /** How far this time is ahead of the machine's clock. */
  aheadUs = 0;
  #newestUs = 0;

  /** The time for a stamp of the machine's clock. */
  at(stampUs: number): number {
    const timeUs = stampUs + this.aheadUs;
    if (timeUs >= this.#newestUs) {
      this.#newestUs = timeUs;
      return timeUs;
    }
    if (timeUs >= this.#newestUs - SET_BACK_US) return timeUs;
    this.aheadUs += this.#newestUs - timeUs;
    return this.#newestUs;
  }
}
