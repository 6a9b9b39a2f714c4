// What happened to the firmware of each device: versions it reported, images it was sent, and what was said of them.
import type { FirmwareEvent } from '../facts/firmware.ts';

const EVENTS_MAX = 16_384;
/** Of one device; the oldest go. */
const EVENTS_OF_DEVICE_MAX = 32;

export class FirmwareHistory {
  readonly #devices = new Map<string, FirmwareEvent[]>();
  #count = 0;

  add(event: FirmwareEvent): void {
    const key = `${event.host} ${event.unit}`;
    let events = this.#devices.get(key);
    if (events === undefined) {
      if (this.#count >= EVENTS_MAX) return;
      this.#devices.set(key, (events = []));
    }
    if (events.length >= EVENTS_OF_DEVICE_MAX) events.shift();
    else if (this.#count >= EVENTS_MAX) return;
    else this.#count++;
    events.push(event);
  }

  /** In the order of time. */
  list(): FirmwareEvent[] {
    return [...this.#devices.values()].flat().sort((a, b) => a.timeUs - b.timeUs);
  }
}
