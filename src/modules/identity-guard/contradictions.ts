// Whether what a device says it is can be true of the network card it says it with: hardware of a maker has no card of a
// virtual machine. And whether a name that one card bears in mDNS is given to another one's address.
import { vendorOfMac } from '../../assets/vendors.ts';
import { showable } from '../../bytes/text.ts';
import type { Claim } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { HARDWARE_DOUBTFUL, NAME_TAKEN } from './kinds.ts';

const KEPT_MAX = 65_536;
/**
 * What makers of virtual machines register or use for their network cards: VMware, VirtualBox (PCS Systemtechnik and the
 * old Cadmus prefix), Hyper-V, Xen, Parallels; 52:54:00 is QEMU's and 02:42 Docker's by their documentation.
 */
const VIRTUAL_CARD = /^(?:00:05:69|00:0c:29|00:1c:14|00:50:56|08:00:27|00:15:5d|00:16:3e|00:1c:42|52:54:00|02:42:)/;
/** Protocols in which hardware says what it is; a program on a computer has no order number. */
const HARDWARE_SOURCES =
  /^(?:modbus 43\/14|s7comm SZL|s7comm-plus|cip identity|enip|lldp|profinet|umas|bacnet device object)/;
/** A program says so itself, and may run anywhere. */
const SOFTWARE =
  /soft|sim|virtual|windows|linux|codesys|runtime|openplc|pymodbus|snap7|libplctag|server|station|pc\b|winac/i;
const SAID_BY_DEVICE = 0.7;

interface Bearer {
  readonly host: number;
  readonly mac: string;
  readonly frame: number;
}

export class Contradictions {
  readonly #site: Site;
  readonly #doubted = new Set<number>();
  /** By segment and name: the card that bore it first. */
  readonly #bearers = new Map<string, Bearer>();

  constructor(site: Site) {
    this.#site = site;
  }

  claim(claim: Claim): void {
    const { attribute, source, trust } = claim;
    if (attribute === 'model' || attribute === 'product-code') {
      if (trust >= SAID_BY_DEVICE && HARDWARE_SOURCES.test(source)) this.#hardware(claim);
    } else if (attribute === 'name' && source === 'mdns A') this.#name(claim);
  }

  #hardware({ host, unit, value, source, timeUs, frame }: Claim): void {
    const { hosts, learning } = this.#site;
    const mac = hosts.mac(host);
    // What answers for units is a gateway to them, and may be a computer.
    if (unit > 0 || mac === '' || !VIRTUAL_CARD.test(mac) || SOFTWARE.test(value)) return;
    if (this.#doubted.has(host) || this.#doubted.size >= KEPT_MAX || learning.isTeaching) return;
    this.#doubted.add(host);
    const maker = vendorOfMac(mac) || 'a maker of virtual machines';
    this.#site.raise({
      kind: HARDWARE_DOUBTFUL.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: value,
      explanation: `${hosts.address(host)} says in ${showable(source, 40)} that it is "${showable(value, 60)}", but its network card ${mac} is one that ${showable(maker, 60)} gives to virtual machines.`,
      frames: frame > 0 ? [frame] : [],
    });
  }

  #name({ host, value, timeUs, frame }: Claim): void {
    const { hosts, learning } = this.#site;
    const mac = hosts.mac(host);
    if (mac === '') return;
    const key = `${hosts.segment(host)}\n${value.toLowerCase()}`;
    const bearer = this.#bearers.get(key);
    if (bearer === undefined) {
      if (this.#bearers.size < KEPT_MAX) this.#bearers.set(key, { host, mac, frame });
      return;
    }
    if (bearer.mac === mac || bearer.host === host) return;
    this.#bearers.set(key, { host, mac, frame });
    if (learning.isTeaching) return;
    this.#site.raise({
      kind: NAME_TAKEN.kind,
      timeUs,
      subject: { host: bearer.host, unit: -1, port: -1 },
      peer: { host, unit: -1, port: -1 },
      object: value,
      explanation: `"${showable(value, 60)}" was ${hosts.address(bearer.host)} (${bearer.mac}); now mDNS gives that name to ${hosts.address(host)} (${mac}).`,
      frames: [bearer.frame, frame].filter((each) => each > 0),
    });
  }
}
