// For tests: builds a small pcap file of a plant, an HMI that polls a controller, and what else a test asks for.

/** Microseconds since 1970 of the first frame: 2026-01-01 00:00:00 UTC. */
export const PLANT_START_US = 1_767_225_600_000_000;

export interface PlantEndpoint {
  readonly mac: readonly number[];
  readonly ip: readonly number[];
  readonly port: number;
}

export const HMI: PlantEndpoint = { mac: [2, 0, 0, 0, 0, 1], ip: [192, 0, 2, 20], port: 40_001 };
export const CONTROLLER: PlantEndpoint = { mac: [2, 0, 0, 0, 0, 2], ip: [192, 0, 2, 10], port: 502 };
export const STRANGER: PlantEndpoint = { mac: [2, 0, 0, 0, 0, 3], ip: [192, 0, 2, 66], port: 50_123 };

const SYN = 2;
const ACK = 16;
const PUSH_ACK = 24;

/** One TCP connection, frame by frame. */
export class PlantConnection {
  readonly #frames: PlantFrame[];
  readonly #client: PlantEndpoint;
  readonly #server: PlantEndpoint;
  #clientNext = 1000;
  #serverNext = 9000;
  #transaction = 0;

  constructor(frames: PlantFrame[], client: PlantEndpoint, server: PlantEndpoint, timeUs: number) {
    this.#frames = frames;
    this.#client = client;
    this.#server = server;
    this.#segment(true, SYN, [], timeUs);
    this.#clientNext++;
    this.#segment(false, SYN | ACK, [], timeUs + 200);
    this.#serverNext++;
    this.#segment(true, ACK, [], timeUs + 400);
  }

  /** A Modbus request and, 5 ms later, its answer; null for none. PDUs with their function codes. */
  ask(timeUs: number, unit: number, request: readonly number[], answer: readonly number[] | null): void {
    this.#transaction++;
    this.#segment(true, PUSH_ACK, this.#message(unit, request), timeUs);
    if (answer !== null) this.#segment(false, PUSH_ACK, this.#message(unit, answer), timeUs + 5000);
  }

  #message(unit: number, pdu: readonly number[]): number[] {
    return [...u16(this.#transaction), 0, 0, ...u16(pdu.length + 1), unit, ...pdu];
  }

  #segment(fromClient: boolean, flags: number, payload: readonly number[], timeUs: number): void {
    const source = fromClient ? this.#client : this.#server;
    const target = fromClient ? this.#server : this.#client;
    const sequence = fromClient ? this.#clientNext : this.#serverNext;
    const acknowledgment = flags === SYN ? 0 : fromClient ? this.#serverNext : this.#clientNext;
    const tcp = [...u16(source.port), ...u16(target.port), ...u32(sequence), ...u32(acknowledgment)];
    tcp.push(0x50, flags, ...u16(64_240), 0, 0, 0, 0, ...payload);
    const ip = [0x45, 0, ...u16(20 + tcp.length), ...u16(this.#frames.length + 1), 0x40, 0, 64, 6, 0, 0];
    ip.push(...source.ip, ...target.ip);
    this.#frames.push({ timeUs, bytes: Uint8Array.from([...target.mac, ...source.mac, 8, 0, ...ip, ...tcp]) });
    if (fromClient) this.#clientNext += payload.length;
    else this.#serverNext += payload.length;
  }
}

export interface PlantFrame {
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

/** Frames, in the order of time, as a pcap file of microseconds. */
export function pcapOf(frames: readonly PlantFrame[]): Buffer {
  const parts = [Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0])];
  for (const frame of frames) {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(Math.floor(frame.timeUs / 1_000_000), 0);
    header.writeUInt32LE(frame.timeUs % 1_000_000, 4);
    header.writeUInt32LE(frame.bytes.length, 8);
    header.writeUInt32LE(frame.bytes.length, 12);
    parts.push(header, Buffer.from(frame.bytes));
  }
  return Buffer.concat(parts);
}

/** Polling by the HMI only. */
export function quietPlant(seconds = 20): PlantFrame[] {
  const frames: PlantFrame[] = [];
  const hmi = new PlantConnection(frames, HMI, CONTROLLER, PLANT_START_US);
  for (let second = 0; second < seconds; second++) poll(hmi, PLANT_START_US + 1_000_000 * (second + 1), second);
  return frames;
}

/**
 * The same, then a stranger: it asks for the identity (whose vendor's name would steer a terminal), sweeps functions,
 * tells a unit to be silent (08/04) and to restart (08/01).
 */
export function attackedPlant(): PlantFrame[] {
  const frames = quietPlant(10);
  const later = PLANT_START_US + 12_000_000;
  const stranger = new PlantConnection(frames, STRANGER, CONTROLLER, later);
  stranger.ask(later + 100_000, 1, [43, 14, 1, 0], identity('\u001b[31mEvil\u202e', 'PLC \u0007one', '1.0'));
  for (let code = 100; code < 110; code++) {
    stranger.ask(later + 200_000 + code * 10_000, 1, [code, 0, 0], [code | 0x80, 1]);
  }
  stranger.ask(later + 2_000_000, 1, [8, 0, 4, 0, 0], null);
  stranger.ask(later + 3_000_000, 1, [8, 0, 1, 0, 0], [8, 0, 1, 0, 0]);
  return frames;
}

function poll(connection: PlantConnection, timeUs: number, round: number): void {
  connection.ask(timeUs, 1, [3, 0, 0, 0, 2], [3, 4, 0, round, 1, 0x2c]);
  connection.ask(timeUs + 100_000, 2, [1, 0, 8, 0, 10], [1, 2, 0b101, 0b10]);
}

/** Answer of 43/14: vendor, product code, revision. */
function identity(...objects: readonly string[]): number[] {
  const answer = [43, 14, 1, 1, 0, 0, objects.length];
  objects.forEach((text, id) => answer.push(id, Buffer.byteLength(text), ...Buffer.from(text)));
  return answer;
}

function u16(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}
