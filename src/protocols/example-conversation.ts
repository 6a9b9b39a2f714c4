// Builds small captures byte for byte for the tests of protocols: one TCP connection, or datagrams over UDP, with
// correct Ethernet, IP, TCP and UDP headers. No part of the program.

const FIRST_US = 1_767_225_600_000_000;
const STEP_US = 2500;
const TCP = 6;
const UDP = 17;

/** Last octets of the MAC address 02:00:00:00:00:xx and of the address 192.0.2.x, and the port. */
export interface Endpoint {
  readonly mac: number;
  readonly ip: number;
  readonly port: number;
  /** Instead of both addresses: a group, whose MAC address follows from it (RFC 1112, clause 6.4). */
  readonly group?: readonly [number, number, number, number];
}

/** Frames of one file: pcap, microseconds, Ethernet, one frame every 2.5 ms unless `wait` is called. */
export class ExampleFrames {
  readonly #frames: { readonly timeUs: number; readonly bytes: readonly number[] }[] = [];
  #nextUs = FIRST_US;

  /** Lets time pass before the next frame. */
  wait(us: number): this {
    this.#nextUs += us;
    return this;
  }

  /** The next frame: an IPv4 packet that holds `transport`, a TCP or UDP header and payload with checksum 0. */
  protected packet(source: Endpoint, target: Endpoint, protocol: number, transport: number[]): void {
    const addresses = [192, 0, 2, source.ip, ...(target.group ?? [192, 0, 2, target.ip])];
    const pseudo = [...addresses, 0, protocol, ...be16(transport.length)];
    put16(transport, protocol === TCP ? 16 : 6, checksum([...pseudo, ...transport]) || 0xffff);
    const ip = [0x45, 0, ...be16(20 + transport.length), ...be16(this.#frames.length + 1), 0x40, 0, 64, protocol, 0, 0];
    ip.push(...addresses);
    put16(ip, 10, checksum(ip));
    const { group } = target;
    const card = group === undefined ? [2, 0, 0, 0, 0, target.mac] : [1, 0, 0x5e, group[1] & 0x7f, group[2], group[3]];
    this.onLink(card, source, 0x0800, [...ip, ...transport]);
  }

  /** The next frame: Ethernet from the MAC address of `source`, padded to its least size. */
  onLink(target: readonly number[], source: Endpoint, etherType: number, payload: Iterable<number>): this {
    const bytes = [...target, 2, 0, 0, 0, 0, source.mac, ...be16(etherType), ...payload];
    while (bytes.length < 60) bytes.push(0);
    this.#frames.push({ timeUs: this.#nextUs, bytes });
    this.#nextUs += STEP_US;
    return this;
  }

  /** The whole file. */
  file(): Uint8Array {
    const parts = [be32(0xa1b2c3d4), be16(2), be16(4), be32(0), be32(0), be32(65_535), be32(1)];
    for (const { timeUs, bytes } of this.#frames) {
      parts.push(be32(Math.floor(timeUs / 1e6)), be32(timeUs % 1e6), be32(bytes.length), be32(bytes.length), [
        ...bytes,
      ]);
    }
    return Uint8Array.from(parts.flat());
  }
}

/** One TCP connection, from its handshake to its end. */
export class TcpExample extends ExampleFrames {
  readonly #client: Endpoint;
  readonly #server: Endpoint;
  readonly #next = [1000, 9000];

  constructor(client: Endpoint, server: Endpoint) {
    super();
    this.#client = client;
    this.#server = server;
    this.#segment(true, 0x02, []);
    this.#next[0]!++;
    this.#segment(false, 0x12, []);
    this.#next[1]!++;
    this.#segment(true, 0x10, []);
  }

  send(fromClient: boolean, bytes: Iterable<number>): this {
    this.#segment(fromClient, 0x18, [...bytes]);
    return this;
  }

  /** Ends the connection and gives the file. */
  override file(): Uint8Array {
    this.#segment(true, 0x11, []);
    this.#next[0]!++;
    this.#segment(false, 0x11, []);
    this.#next[1]!++;
    this.#segment(true, 0x10, []);
    return super.file();
  }

  #segment(fromClient: boolean, flags: number, payload: readonly number[]): void {
    const [source, target] = fromClient ? [this.#client, this.#server] : [this.#server, this.#client];
    const [own, other] = fromClient ? [0, 1] : [1, 0];
    const acknowledged = (flags & 0x10) === 0 ? 0 : this.#next[other]!;
    const tcp = [...be16(source.port), ...be16(target.port), ...be32(this.#next[own]!), ...be32(acknowledged)];
    tcp.push(0x50, flags, ...be16(64_240), 0, 0, 0, 0, ...payload);
    this.packet(source, target, TCP, tcp);
    this.#next[own]! += payload.length;
  }
}

/** Datagrams between any endpoints; 192.0.2.255 with MAC 255 stands for everybody. */
export class UdpExample extends ExampleFrames {
  send(source: Endpoint, target: Endpoint, bytes: Iterable<number>): this {
    const payload = [...bytes];
    const header = [...be16(source.port), ...be16(target.port), ...be16(8 + payload.length), 0, 0];
    this.packet(source, target, UDP, [...header, ...payload]);
    return this;
  }
}

/** Bytes of hexadecimal text; white space is left out. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ''), 'hex'));
}

export function be16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

export function be32(value: number): number[] {
  return [...be16(value >>> 16), ...be16(value & 0xffff)];
}

function put16(bytes: number[], at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
