// What was told of which host, so that it is told again only when it changes.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { MessageContext } from '../../facts/protocol.ts';

/** Of so many hosts and attributes it is known what was told last; the oldest is forgotten. */
const TOLD_MAX = 4096;

export class Told {
  readonly #told = new Map<string, string>();

  trait(context: MessageContext, host: number, trait: string, value: string): void {
    if (host === 0 || value === '' || !this.isNew(host, trait, value)) return;
    context.sink.trait({ fact: 'trait', timeUs: context.timeUs, frame: context.frame, host, trait, value });
  }

  isNew(host: number, what: string, value: string): boolean {
    const key = `${host} ${what}`;
    if (this.#told.get(key) === value) return false;
    this.#told.delete(key);
    forgetOldest(this.#told, TOLD_MAX);
    this.#told.set(key, value);
    return true;
  }
}
