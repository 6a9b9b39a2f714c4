// What a device says of itself in CoAP: the name it registers under, the resources of the LwM2M device object, and which
// resources it has (RFC 6690). Each is told once per host and value.
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { claim } from '../facts-of-messages.ts';
import { Format } from './messages.ts';
import { eachResource } from './values.ts';

/** What was told; beyond it all is told anew. */
const TOLD_MAX = 16_384;

/** Resources of object 3 (OMA LwM2M core, appendix E.4). */
const DEVICE_RESOURCES: ReadonlyMap<string, ClaimAttribute> = new Map([
  ['0', 'vendor'],
  ['1', 'model'],
  ['2', 'serial'],
  ['3', 'firmware'],
  ['18', 'hardware'],
]);

export class Identity {
  readonly #told = new Set<string>();

  /** `ep=` of a registration: the name of who registers. */
  registered(context: MessageContext, host: number, bytes: Uint8Array, start: number, end: number): void {
    this.#tell(context, host, 'name', printable(bytes, start, end), 'lwm2m registration');
  }

  /** The answer to a GET of `path`. */
  answered(
    context: MessageContext,
    host: number,
    path: string,
    format: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (end === start) return;
    if (path === '.well-known/core') {
      this.#resources(context, host, printable(bytes, start, end));
      return;
    }
    if (!path.startsWith('3/0')) return;
    if (format === Format.tlv || format === Format.tlvOld) {
      eachResource(bytes, start, end, '', 0, (name, from, to) => {
        const attribute = DEVICE_RESOURCES.get(name.slice(name.lastIndexOf('/') + 1));
        const isWhole = path === '3/0' || path === `3/0/${name}`;
        if (attribute !== undefined && isWhole)
          this.#tell(context, host, attribute, printable(bytes, from, to), `lwm2m 3/0/${name}`);
      });
      return;
    }
    if (format !== Format.text && format !== Format.none) return;
    const attribute = DEVICE_RESOURCES.get(path.slice(4));
    if (attribute !== undefined) this.#tell(context, host, attribute, printable(bytes, start, end), `lwm2m ${path}`);
  }

  #resources(context: MessageContext, host: number, value: string): void {
    if (!this.#isNew(`${host} resources ${value}`)) return;
    const { timeUs, frame } = context;
    context.sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'coap-resources', value });
  }

  #tell(context: MessageContext, host: number, attribute: ClaimAttribute, value: string, source: string): void {
    if (this.#isNew(`${host} ${attribute} ${value}`)) claim(context, host, -1, attribute, value, source);
  }

  #isNew(key: string): boolean {
    if (this.#told.has(key)) return false;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.add(key);
    return true;
  }
}
