// Whether a controller runs, as far as it was told: by what it says of itself, and by commands it confirmed.
import type { Claim } from '../../facts/facts.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';

const DEVICES_MAX = 16_384;

export interface Mode {
  readonly isRunning: boolean;
  /** What told it: `it was started`, `its mode was run (s7comm status list)`. */
  readonly because: string;
}

export class Modes {
  readonly #modes = new Map<string, Mode>();

  claim({ attribute, value, source, host, unit }: Claim): void {
    if (attribute !== 'run-state') return;
    const isRunning = /\brun/i.test(value);
    if (!isRunning && !/stop|program|halt|idle/i.test(value)) return;
    this.#set(host, unit, { isRunning, because: `its mode was ${value} (${source})` });
  }

  operation({ verb, outcome, server, unit }: Operation): void {
    if (outcome !== Outcome.ok) return;
    if (verb === Verb.start || verb === Verb.restart) {
      this.#set(server, unit, { isRunning: true, because: 'it was started before' });
    } else if (verb === Verb.stop) this.#set(server, unit, { isRunning: false, because: 'it was stopped before' });
    // Into which mode is not known everywhere.
    else if (verb === Verb['set-mode']) this.#modes.delete(`${server} ${unit}`);
  }

  /** Null where nothing was told. */
  of(host: number, unit: number): Mode | null {
    return this.#modes.get(`${host} ${unit}`) ?? this.#modes.get(`${host} -1`) ?? null;
  }

  #set(host: number, unit: number, mode: Mode): void {
    const key = `${host} ${unit}`;
    if (this.#modes.size < DEVICES_MAX || this.#modes.has(key)) this.#modes.set(key, mode);
  }
}
