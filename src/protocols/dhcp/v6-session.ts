// What DHCPv6 clients say of themselves, and which addresses and prefixes servers hand out, as facts. A client speaks
// from an address of its own, so that nothing has to wait for the answer.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { ipv6Text } from '../../packet/addresses.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { Told } from './told.ts';
import { FUNCTION_NAMES_6, Message6, Option6, isOfServer } from './v6-messages.ts';
import { duidText, isRelay, optionsIn, optionsStart, type Option } from './v6-parse.ts';

/** A relay may stand behind a relay (RFC 8415 19.1.2); deeper is not looked. */
const RELAYS_MAX = 4;
const PEER_ADDRESS_AT = 18;
/** Identity, two times; of temporary addresses the identity alone (RFC 8415 21.4, 21.5). */
const IDENTITY_BYTES = 12;
const TEMPORARY_BYTES = 4;
/** Address, preferred and valid lifetime (21.6); lifetimes, length, prefix (21.22). */
const ADDRESS_BYTES = 24;
const PREFIX_BYTES = 25;
const NAME_SERVERS_MAX = 8;
const MICROSOFT = 311;

export class Dhcp6Session {
  readonly #told = new Told();

  datagram(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const sender = context.fromClient ? context.client : context.server;
    const receiver = context.fromClient ? context.server : context.client;
    let at = start;
    let messageEnd = end;
    let peer = -1;
    for (let depth = 0; depth <= RELAYS_MAX; depth++) {
      if (messageEnd - at < 4 || optionsStart(bytes, at) > messageEnd) {
        violation(context, 'dhcpv6', 'not-a-message', `${messageEnd - at} bytes`, bytes, start, end, at - start);
        return;
      }
      const { options, brokenAt } = optionsIn(bytes, optionsStart(bytes, at), messageEnd);
      if (brokenAt >= 0) {
        const detail = 'an option reaches past the end of the message';
        violation(context, 'dhcpv6', 'option-past-end', detail, bytes, start, end, brokenAt - start);
      }
      const type = bytes[at]!;
      if (!isRelay(type)) {
        if (!isOfServer(type)) this.#client(bytes, type, options, peer < 0 ? sender : peer, context);
        else this.#server(bytes, type, options, sender, peer < 0 ? receiver : peer, context);
        return;
      }
      peer = context.hosts.ofIpv6(bytes, at + PEER_ADDRESS_AT);
      const inner = options.find(({ code }) => code === Option6.relayMessage);
      if (inner === undefined) return;
      at = inner.start;
      messageEnd = inner.end;
    }
  }

  #client(bytes: Uint8Array, type: number, options: readonly Option[], host: number, context: MessageContext): void {
    if (host === 0) return;
    const wanted = of(options, Option6.optionRequest);
    this.#told.trait(context, host, 'dhcpv6-fingerprint', wanted === undefined ? '' : numbers(bytes, wanted));
    // What is carried, and in which order, depends on the message.
    const kind = FUNCTION_NAMES_6.get(type)!;
    const order = options.map(({ code }) => code).join(',');
    if (this.#told.isNew(host, kind, order)) this.#told.trait(context, host, 'dhcpv6-options', `${kind} ${order}`);
    const duid = of(options, Option6.clientIdentifier);
    if (duid !== undefined) this.#told.trait(context, host, 'dhcpv6-duid', duidText(bytes, duid.start, duid.end));
    const vendor = of(options, Option6.vendorClass);
    if (vendor !== undefined) this.#vendor(bytes, vendor, host, context);
    const name = of(options, Option6.fullName);
    if (name === undefined || name.end - name.start < 2) return;
    const text = labels(bytes, name.start + 1, name.end);
    if (this.#told.isNew(host, 'name', text)) claim(context, host, -1, 'name', text, 'dhcpv6 39');
  }

  /** Enterprise number, then texts, each behind its length (RFC 8415 21.16). */
  #vendor(bytes: Uint8Array, { start, end }: Option, host: number, context: MessageContext): void {
    if (end - start < 6) return;
    const enterprise = u32be(bytes, start);
    const text = printable(bytes, start + 6, Math.min(end, start + 6 + u16be(bytes, start + 4)));
    this.#told.trait(context, host, 'dhcpv6-vendor-class', `${enterprise} ${text}`.trim());
    const system = enterprise === MICROSOFT && text.startsWith('MSFT ') ? 'Windows' : '';
    if (system !== '' && this.#told.isNew(host, 'system', system))
      claim(context, host, -1, 'operating-system', system, 'dhcpv6 16', Trust.hint);
  }

  #server(
    bytes: Uint8Array,
    type: number,
    options: readonly Option[],
    server: number,
    client: number,
    context: MessageContext,
  ): void {
    const names = of(options, Option6.nameServers);
    const duid = of(options, Option6.serverIdentifier);
    const called = duid === undefined ? '' : duidText(bytes, duid.start, duid.end);
    if (type !== Message6.reconfigure && called !== '') {
      const shown = names === undefined ? '' : addressList(bytes, names);
      this.#told.trait(context, server, 'dhcpv6-server', `${called}, dns ${shown || 'none'}`);
    }
    if (type !== Message6.reply) return;
    const own = of(options, Option6.clientIdentifier);
    const holder = own === undefined ? '' : duidText(bytes, own.start, own.end);
    for (const { code, start, end } of options) {
      if (code === Option6.addresses) this.#given(bytes, start + IDENTITY_BYTES, end, holder, client, context);
      if (code === Option6.temporaryAddresses)
        this.#given(bytes, start + TEMPORARY_BYTES, end, holder, client, context);
      if (code === Option6.prefixes) this.#given(bytes, start + IDENTITY_BYTES, end, holder, client, context);
    }
  }

  /** Of an address whose valid lifetime is 0 the lease has ended. */
  #given(bytes: Uint8Array, start: number, end: number, holder: string, client: number, context: MessageContext): void {
    if (start > end) return;
    for (const option of optionsIn(bytes, start, end).options) {
      const size = option.end - option.start;
      if (option.code === Option6.address && size >= ADDRESS_BYTES && u32be(bytes, option.start + 20) !== 0)
        this.#told.trait(context, context.hosts.ofIpv6(bytes, option.start), 'dhcpv6-binding', holder);
      if (option.code === Option6.prefix && size >= PREFIX_BYTES && u32be(bytes, option.start + 4) !== 0)
        this.#told.trait(
          context,
          client,
          'dhcpv6-prefix',
          `${ipv6Text(bytes, option.start + 9)}/${bytes[option.start + 8]!}`,
        );
    }
  }
}

function of(options: readonly Option[], code: number): Option | undefined {
  return options.find((option) => option.code === code);
}

function numbers(bytes: Uint8Array, { start, end }: Option): string {
  const found: number[] = [];
  for (let at = start; at + 2 <= end && found.length < 255; at += 2) found.push(u16be(bytes, at));
  return found.join(',');
}

function addressList(bytes: Uint8Array, { start, end }: Option): string {
  const found: string[] = [];
  for (let at = start; at + 16 <= end && found.length < NAME_SERVERS_MAX; at += 16) found.push(ipv6Text(bytes, at));
  return found.join(' ');
}

/** RFC 4704 4.2: labels; a name that is not finished has no zero at its end. */
function labels(bytes: Uint8Array, start: number, end: number): string {
  const found: string[] = [];
  for (let at = start; at < end && bytes[at] !== 0; at += 1 + bytes[at]!)
    found.push(printable(bytes, at + 1, Math.min(end, at + 1 + bytes[at]!)));
  return found.join('.');
}
