// Neighbour discovery (RFC 4861) and listener reports (RFC 2710, RFC 9777): which card has an address, who is a router,
// who listens to which group.
import { u16be, u32be } from '../../bytes/endian.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { ipv6Text, macTextAt } from '../../packet/addresses.ts';
import { LastWords, hashOf } from '../last-words.ts';

/** RFC 4861, clause 4: options, counted in units of eight bytes. */
const Option = { sourceCard: 1, targetCard: 2, prefix: 3, nameServers: 25 } as const;
/** Type, code, checksum, flags, target address. */
const NEIGHBOUR_BYTES = 24;
const ROUTER_BYTES = 16;
const CARD_OPTION_BYTES = 8;
const PREFIX_OPTION_BYTES = 32;
const TARGET_AT = 8;
const PREFIXES_MAX = 8;
const RECORDS_MAX = 64;
const HOSTS_MAX = 16_384;
/** Clause 6.2.5, with MAX_FINAL_RTR_ADVERTISEMENTS of clause 10: who ceases to be a router says so at most three times. */
const FINAL_MAX = 3;
/** RFC 9777, clause 5.2.12: only sources that are named; to include none is to leave. */
const INCLUDES: readonly number[] = [1, 3];
const BLOCKS = 6;

export class Neighbours {
  /** By host, its card. */
  readonly #cards = new LastWords(HOSTS_MAX);
  readonly #routers = new LastWords(HOSTS_MAX);
  /** Routers that say they are none any more: how often in a row. Of others nothing is kept. */
  readonly #withdrawals = new Map<number, number>();
  /** By host and a hash of the group. */
  readonly #members = new LastWords(HOSTS_MAX);

  /** Clause 4.3: who asks gives its own card. */
  solicitation(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < NEIGHBOUR_BYTES || bytes[start + 1] !== 0) return;
    const at = optionAt(bytes, start + NEIGHBOUR_BYTES, end, Option.sourceCard, CARD_OPTION_BYTES);
    if (at !== 0) this.#bind(context, senderOf(context), bytes, at + 2);
  }

  /** Clause 4.4: the card of the target. */
  advertisement(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < NEIGHBOUR_BYTES || bytes[start + 1] !== 0) return;
    const at = optionAt(bytes, start + NEIGHBOUR_BYTES, end, Option.targetCard, CARD_OPTION_BYTES);
    if (at !== 0) this.#bind(context, context.hosts.ofIpv6(bytes, start + TARGET_AT), bytes, at + 2);
  }

  /** Clause 4.2. */
  router(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < ROUTER_BYTES || bytes[start + 1] !== 0) return;
    const host = senderOf(context);
    const cardAt = optionAt(bytes, start + ROUTER_BYTES, end, Option.sourceCard, CARD_OPTION_BYTES);
    if (cardAt !== 0) this.#bind(context, host, bytes, cardAt + 2);
    const isDefault = u16be(bytes, start + 6) > 0;
    this.#withdraws(context, host, isDefault);
    let said = hashOf(bytes, start + 5, start + 6) ^ (isDefault ? 1 : 0);
    for (let at = start + ROUTER_BYTES; at + 8 <= end && bytes[at + 1] !== 0; at += 8 * bytes[at + 1]!) {
      const optionEnd = at + 8 * bytes[at + 1]!;
      if (optionEnd > end) break;
      // The times of a prefix may count down.
      if (bytes[at] === Option.prefix && optionEnd - at === PREFIX_OPTION_BYTES)
        said = Math.imul(said, 31) + hashOf(bytes, at + 16, optionEnd) + bytes[at + 2]!;
      else if (bytes[at] === Option.sourceCard || bytes[at] === Option.nameServers)
        said = Math.imul(said, 31) + hashOf(bytes, at, at + 2) + hashOf(bytes, optionEnd - 6, optionEnd);
    }
    if (!this.#routers.isNew(host, said | 0)) return;
    tell(context, host, 'ipv6-router', routerText(bytes, start, end, cardAt, isDefault));
  }

  /** A router that never was the default one says a lifetime of 0 all the time: it is no matter here. */
  #withdraws(context: MessageContext, host: number, isDefault: boolean): void {
    const times = this.#withdrawals.get(host);
    if (isDefault) {
      if (times !== 0 && (times !== undefined || this.#withdrawals.size < HOSTS_MAX)) this.#withdrawals.set(host, 0);
    } else if (times !== undefined) {
      this.#withdrawals.set(host, times + 1);
      if (times === FINAL_MAX) tell(context, host, 'ipv6-router-withdrawn', `${times + 1} times`);
    }
  }

  /** RFC 2710, clause 3. */
  listener(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start >= NEIGHBOUR_BYTES) this.#member(context, bytes, start + TARGET_AT, true);
  }

  /** RFC 9777, clause 5.2: each record is type, words of auxiliary data, count of sources, group, sources. */
  listeners(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < 8) return;
    let at = start + 8;
    for (let left = Math.min(u16be(bytes, start + 6), RECORDS_MAX); left > 0 && at + 20 <= end; left--) {
      const sources = u16be(bytes, at + 2);
      const isMember = sources > 0 || !INCLUDES.includes(bytes[at]!);
      if (bytes[at] !== BLOCKS) this.#member(context, bytes, at + 4, isMember);
      at += 20 + 16 * sources + 4 * bytes[at + 1]!;
    }
  }

  #member(context: MessageContext, bytes: Uint8Array, groupAt: number, isMember: boolean): void {
    if (bytes[groupAt] !== 0xff) return;
    const host = senderOf(context);
    const group = hashOf(bytes, groupAt, groupAt + 16) >>> 0;
    if (!this.#members.isNew(host * 0x1_0000_0000 + group, isMember ? 1 : 0)) return;
    if (isMember) tell(context, host, 'multicast-group', ipv6Text(bytes, groupAt));
  }

  /** As ARP does. Who has no address yet speaks from none: everybody does, and it gives no card. */
  #bind(context: MessageContext, host: number, bytes: Uint8Array, macAt: number): void {
    const mac = u16be(bytes, macAt) * 0x1_0000_0000 + u32be(bytes, macAt + 2);
    if (host !== 0 && mac !== 0 && this.#cards.isNew(host, mac))
      tell(context, host, 'address-binding', macTextAt(bytes, macAt));
  }
}

function senderOf({ fromClient, client, server }: MessageContext): number {
  return fromClient ? client : server;
}

/** Where the first whole option of this type and size starts; 0: nowhere. */
function optionAt(bytes: Uint8Array, start: number, end: number, type: number, size: number): number {
  for (let at = start; at + 8 <= end && bytes[at + 1] !== 0; at += 8 * bytes[at + 1]!) {
    if (bytes[at] === type && 8 * bytes[at + 1]! === size && at + size <= end) return at;
  }
  return 0;
}

function routerText(bytes: Uint8Array, start: number, end: number, cardAt: number, isDefault: boolean): string {
  const words = [isDefault ? 'default router' : 'router', cardAt === 0 ? 'no card' : macTextAt(bytes, cardAt + 2)];
  const flags = bytes[start + 5]!;
  // Clause 4.2: addresses, or other settings, are to be asked for by DHCPv6.
  if ((flags & 0x80) !== 0) words.push('managed');
  else if ((flags & 0x40) !== 0) words.push('other settings');
  let prefixes = 0;
  for (let at = start + ROUTER_BYTES; at + 8 <= end && bytes[at + 1] !== 0; at += 8 * bytes[at + 1]!) {
    const size = 8 * bytes[at + 1]!;
    if (at + size > end || prefixes === PREFIXES_MAX) break;
    if (bytes[at] === Option.prefix && size === PREFIX_OPTION_BYTES) {
      words.push(`prefix ${ipv6Text(bytes, at + 16)}/${bytes[at + 2]!}`);
      prefixes++;
    } else if (bytes[at] === Option.nameServers && size >= 24) words.push(`dns ${ipv6Text(bytes, at + 8)}`);
  }
  return words.join(', ');
}

function tell(context: MessageContext, host: number, trait: string, value: string): void {
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}
