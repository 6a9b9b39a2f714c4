// What a server says of itself: the answer to INFO (a string of lines `name:value`), or to HELLO (names and values in turn).
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { claim } from '../facts-of-messages.ts';

const VALUE_CHARACTERS_MAX = 100;
const WORD_BYTES_MAX = 64;
const COLON = 0x3a;
const LF = 0x0a;
/** Fields of INFO with the version, and the name of the software (forks keep the first for old clients). */
const VERSIONS: readonly (readonly [string, string])[] = [
  ['valkey_version', 'Valkey'],
  ['dragonfly_version', 'Dragonfly'],
  ['redis_version', 'Redis'],
];
const NAMES: Readonly<Record<string, string>> = { redis: 'Redis', valkey: 'Valkey', dragonfly: 'Dragonfly' };

export class SelfDescription {
  /** The string before this one, of HELLO. */
  #before = '';
  #name = 'Redis';
  /** Told already. */
  #software = '';
  #system = '';

  /** A string of the answer. */
  read(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (bytes.subarray(start, end).includes(COLON)) this.#info(bytes, start, end, context);
    else if (end - start <= WORD_BYTES_MAX) this.#word(printable(bytes, start, end), context);
  }

  #info(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const fields = new Map<string, string>();
    for (let at = start; at < end;) {
      let stop = at;
      while (stop < end && bytes[stop] !== LF) stop++;
      // The last line may be cut.
      if (stop === end) break;
      let colon = at;
      while (colon < stop && bytes[colon] !== COLON) colon++;
      if (colon < stop)
        fields.set(
          printable(bytes, at, colon),
          printable(bytes, colon + 1, bytes[stop - 1] === 0x0d ? stop - 1 : stop, VALUE_CHARACTERS_MAX),
        );
      at = stop + 1;
    }
    for (const [field, software] of VERSIONS) {
      const version = fields.get(field);
      if (version === undefined) continue;
      this.#tellSoftware(`${software} ${version}`, 'redis info', context);
      break;
    }
    const system = fields.get('os') ?? '';
    if (system === this.#system) return;
    this.#system = system;
    claim(context, context.server, -1, 'operating-system', system, 'redis info');
  }

  #word(word: string, context: MessageContext): void {
    if (this.#before === 'server') this.#name = NAMES[word] ?? word;
    if (this.#before === 'version') this.#tellSoftware(`${this.#name} ${word}`, 'redis hello', context);
    this.#before = this.#before === 'server' || this.#before === 'version' ? '' : word;
  }

  #tellSoftware(software: string, source: string, context: MessageContext): void {
    if (software === this.#software) return;
    this.#software = software;
    claim(context, context.server, -1, 'application', software, source);
  }
}
