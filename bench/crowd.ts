// Builds a capture of a large site for the bench: many devices, and many connections that are all open at once, each
// polled in turn. Modbus/TCP, headers right, checksums of TCP left 0 (nothing here verifies them).
// usage: node bench/crowd.ts OUT.pcap [DEVICES=5000] [CONNECTIONS=100000] [POLLS=4]
import { closeSync, openSync, writeSync } from 'node:fs';

const START_US = 1_700_000_000e6;
/** Between two polls of one connection. */
const POLL_US = 10_000_000;
/** From request to answer: before the next connection's request, so that times never run back. */
const ANSWER_US = 50;
const BUFFER_BYTES = 4 << 20;
const HEADERS_BYTES = 54;
const RECORD_BYTES = 16;
const REGISTERS = 10;
const CLIENTS = 500;

const Flag = { syn: 0x02, ack: 0x10, push: 0x18 } as const;

/** Writes frames one behind the other into a file. */
class Writer {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES + 65_536);
  #filled = 24;
  packets = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    for (const [at, value] of [0xa1b2c3d4, 0x0004_0002, 0, 0, 262_144, 1].entries()) {
      this.#buffer.writeUInt32LE(value, at * 4);
    }
  }

  tcp(
    timeUs: number,
    from: Side,
    to: Side,
    sequence: number,
    acknowledgment: number,
    flags: number,
    payload: Uint8Array,
  ): void {
    const buffer = this.#buffer;
    const size = HEADERS_BYTES + payload.length;
    let at = this.#filled;
    for (const value of [Math.floor(timeUs / 1e6), timeUs % 1e6, size, size]) at = buffer.writeUInt32LE(value, at);
    at = buffer.writeUIntBE(to.mac, at, 6);
    at = buffer.writeUIntBE(from.mac, at, 6);
    at = buffer.writeUInt16BE(0x0800, at);
    const ip = at;
    at = buffer.writeUInt32BE(0x4500_0000 + size - 14, at);
    at = buffer.writeUInt32BE(0x4000, at);
    at = buffer.writeUInt32BE(0x4006_0000, at);
    at = buffer.writeUInt32BE(from.address, at);
    at = buffer.writeUInt32BE(to.address, at);
    let sum = 0;
    for (let word = ip; word < at; word += 2) sum += buffer.readUInt16BE(word);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    buffer.writeUInt16BE(~sum & 0xffff, ip + 10);
    at = buffer.writeUInt16BE(from.port, at);
    at = buffer.writeUInt16BE(to.port, at);
    at = buffer.writeUInt32BE(sequence >>> 0, at);
    at = buffer.writeUInt32BE(acknowledgment >>> 0, at);
    at = buffer.writeUInt32BE(0x5000_ffff + flags * 65_536, at);
    at = buffer.writeUInt32BE(0, at);
    buffer.set(payload, at);
    this.#filled += RECORD_BYTES + size;
    this.packets++;
    if (this.#filled >= BUFFER_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#filled);
    this.#filled = 0;
  }
}

interface Side {
  readonly mac: number;
  readonly address: number;
  readonly port: number;
}

const NOTHING = new Uint8Array(0);

/** Writes the capture; answers how many packets it has. */
export function buildCrowd(path: string, devices: number, connections: number, polls: number): number {
  const writer = new Writer(path);
  const server = (index: number): Side => ({
    mac: 0x0200_0000_0000 + (index % devices),
    address: 0x0a00_0100 + (index % devices),
    port: 502,
  });
  const client = (index: number): Side => ({
    mac: 0x0201_0000_0000 + (index % CLIENTS),
    address: 0x0a80_0100 + (index % CLIENTS),
    port: 20_000 + Math.floor(index / CLIENTS),
  });
  const request = Buffer.from([0, 0, 0, 0, 0, 6, 1, 3, 0, 0, 0, REGISTERS]);
  const answer = Buffer.alloc(9 + REGISTERS * 2);
  answer.set([0, 0, 0, 0, 0, 3 + REGISTERS * 2, 1, 3, REGISTERS * 2]);
  for (let poll = 0; poll <= polls; poll++) {
    const startUs = START_US + poll * POLL_US;
    for (let index = 0; index < connections; index++) {
      const timeUs = startUs + Math.floor((index * POLL_US) / connections);
      const [asking, asked] = [client(index), server(index)];
      if (poll === 0) {
        writer.tcp(timeUs, asking, asked, 999, 0, Flag.syn, NOTHING);
        writer.tcp(timeUs + 1, asked, asking, 4999, 1000, Flag.syn + Flag.ack, NOTHING);
        writer.tcp(timeUs + 2, asking, asked, 1000, 5000, Flag.ack, NOTHING);
        continue;
      }
      const sent = 1000 + (poll - 1) * request.length;
      const given = 5000 + (poll - 1) * answer.length;
      request.writeUInt16BE(poll, 0);
      answer.writeUInt16BE(poll, 0);
      answer.writeUInt16BE((index * 7 + poll) & 0xfff, 9);
      writer.tcp(timeUs, asking, asked, sent, given, Flag.push, request);
      writer.tcp(timeUs + ANSWER_US, asked, asking, given, sent + request.length, Flag.push, answer);
    }
  }
  writer.close();
  return writer.packets;
}

if (import.meta.main) {
  const [path, devices, connections, polls] = process.argv.slice(2);
  if (path === undefined) {
    console.error('usage: node bench/crowd.ts OUT.pcap [DEVICES=5000] [CONNECTIONS=100000] [POLLS=4]');
    process.exit(2);
  }
  console.log(
    `${buildCrowd(path, Number(devices ?? 5000), Number(connections ?? 100_000), Number(polls ?? 4))} packets`,
  );
}
