// Turns what Linux network interfaces hear into batches of frames: an AF_PACKET socket with a TPACKET_V3 ring, mapped
// once through node:ffi and read in place (packet-ring.ts). The only file that touches node:ffi, which is experimental.
// The socket only ever receives; nothing here can send.
import { readFileSync } from 'node:fs';
import { newFile } from './file-reader.ts';
import { CaptureOpenError, type CaptureFile, type FrameBatch } from './frames.ts';
import { PacketRing, VLAN_TAG_SIZE, linkTypeOf } from './packet-ring.ts';
import type { SteadyClock } from './steady-clock.ts';

export interface LiveOptions {
  /** Memory shared with the kernel: how much may wait while we are busy. 64 MiB unless told. */
  readonly ringBytes?: number;
  /** A multiple of the page size that divides `ringBytes`. 1 MiB unless told. */
  readonly blockBytes?: number;
}

export type InterfaceState = 'up' | 'down' | 'gone';

/** The kernel hands a block over when it is full, or this long after its first frame. */
const BLOCK_TIMEOUT_MS = 50;
/** A frame is handed out at most this long after its time stamp, unless the ring is full of others. */
export const LIVE_LATENCY_US = 4 * BLOCK_TIMEOUT_MS * 1000;
const RING_BYTES = 64 << 20;
const BLOCK_BYTES = 1 << 20;
/** The kernel wants to hear of a frame size, but packs frames closely in this version of the ring. */
const FRAME_SIZE = 2048;
export const INTERFACES_MAX = 64;
/** IFNAMSIZ without its terminating zero. */
const NAME_LENGTH_MAX = 15;

/** asm-generic/socket.h, linux/if_packet.h, linux/sockios.h, linux/if.h, poll.h; the same on x64 and arm64. */
const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_ADD_MEMBERSHIP = 1;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const PACKET_RESERVE = 12;
const TPACKET_V3 = 2;
const PACKET_MR_PROMISC = 1;
const ETH_P_ALL = 3;
const SIOCGIFFLAGS = 0x8913n;
const SIOCGIFHWADDR = 0x8927n;
const IFF_UP = 1;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;
const POLLIN = 1;
const POLLERR = 8;
const EPERM = 1;
const ENOMEM = 12;
const EACCES = 13;
const EAFNOSUPPORT = 97;

const PIPE_ADVICE = 'pipe a capture instead: tcpdump -U -w - | 1sec watch -';

const LIBC = {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  setsockopt: { arguments: ['i32', 'i32', 'i32', 'pointer', 'u32'], return: 'i32' },
  getsockopt: { arguments: ['i32', 'i32', 'i32', 'pointer', 'pointer'], return: 'i32' },
  bind: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
  mmap: { arguments: ['pointer', 'u64', 'i32', 'i32', 'i32', 'i64'], return: 'pointer' },
  munmap: { arguments: ['pointer', 'u64'], return: 'i32' },
  poll: { arguments: ['pointer', 'u64', 'i32'], return: 'i32' },
  ioctl: { arguments: ['i32', 'u64', 'pointer'], return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
  if_nametoindex: { arguments: ['pointer'], return: 'u32' },
  __errno_location: { arguments: [], return: 'pointer' },
} as const;

type Ffi = typeof import('node:ffi');

function loadLibc(ffi: Ffi) {
  return ffi.dlopen(null, LIBC).functions;
}

type Libc = ReturnType<typeof loadLibc>;

/** Opens the interfaces as one source, frames in the order in which the kernel saw them; throws CaptureOpenError. */
export function openLive(names: readonly string[], options: LiveOptions = {}): LiveCapture {
  if (process.platform !== 'linux') {
    throw new CaptureOpenError(`interfaces can be watched on Linux only; ${PIPE_ADVICE}`);
  }
  checkNames(names);
  const ffi = loadFfi();
  if (ffi === undefined) throw new CaptureOpenError(`this Node.js has no node:ffi; ${PIPE_ADVICE}`);
  const socket = new PacketSocket(ffi, loadLibc(ffi));
  try {
    const interfaces = names.map((name) => socket.findInterface(name));
    return new LiveCapture(socket, names, interfaces, options);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/**
 * Names are in the order in which they were given; one ring for all keeps their frames in order, which matters where a
 * tap gives each direction of a line on an interface of its own.
 */
export class LiveCapture {
  /** One for each interface. */
  readonly files: readonly CaptureFile[];
  /** Frames the kernel dropped because the ring was full, as of the last `readCounters`. */
  drops = 0;
  /** How often the ring was full. */
  freezes = 0;
  readonly #socket: PacketSocket;
  readonly #ring: PacketRing;
  readonly #interfaces: readonly number[];
  #isClosed = false;

  constructor(socket: PacketSocket, names: readonly string[], interfaces: readonly number[], options: LiveOptions) {
    this.#socket = socket;
    this.#interfaces = interfaces;
    this.files = names.map((name) => newFile(name));
    const ringBytes = options.ringBytes ?? RING_BYTES;
    const blockBytes = options.blockBytes ?? BLOCK_BYTES;
    const memory = socket.mapRing(ringBytes, blockBytes);
    this.#ring = new PacketRing(memory, blockBytes, interfaces, this.files);
    socket.listen(names, interfaces);
  }

  /** Turns stamps of the machine's clock into the time of the frames. */
  get clock(): SteadyClock {
    return this.#ring.clock;
  }

  /** The next frames, borrowed until the next call; waits up to `timeoutMs` for some, null where none came. */
  next(timeoutMs: number): FrameBatch | null {
    if (this.#isClosed) return null;
    const batch = this.#ring.next();
    if (batch !== null || timeoutMs <= 0) return batch;
    this.#socket.wait(timeoutMs);
    return this.#ring.next();
  }

  /** Brings `drops` and `freezes` up to date. */
  readCounters(): void {
    if (this.#isClosed) return;
    const counters = this.#socket.takeStatistics();
    this.drops += counters.drops;
    this.freezes += counters.freezes;
  }

  /** Of the interface of `files[index]`. One that was removed is gone for good, even if another takes its name. */
  state(index: number): InterfaceState {
    return this.#socket.state(this.files[index]!.path, this.#interfaces[index]!);
  }

  /** Batches handed out before are empty from here on. */
  close(): void {
    if (this.#isClosed) return;
    this.readCounters();
    this.#isClosed = true;
    this.#socket.close();
  }
}

/** The calls to libc, each with its error turned into words. */
class PacketSocket {
  readonly #ffi: Ffi;
  readonly #libc: Libc;
  readonly #descriptor: number;
  readonly #pollRequest = new DataView(new ArrayBuffer(8));
  #memory: ArrayBuffer | null = null;
  #address = 0n;
  #length = 0;

  constructor(ffi: Ffi, libc: Libc) {
    this.#ffi = ffi;
    this.#libc = libc;
    // Protocol 0 hears nothing: frames come from `listen` on, when ring and filter are there.
    this.#descriptor = libc.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0);
    if (this.#descriptor >= 0) {
      this.#pollRequest.setInt32(0, this.#descriptor, true);
      this.#pollRequest.setInt16(4, POLLIN, true);
      return;
    }
    const code = this.#errorCode();
    if (code === EPERM || code === EACCES) {
      throw new CaptureOpenError(
        `no permission to watch interfaces: run as root or with CAP_NET_RAW, for instance under 'sudo'; or ${PIPE_ADVICE}`,
      );
    }
    const reason = code === EAFNOSUPPORT ? 'this kernel has no packet sockets' : `error ${code} of socket()`;
    throw new CaptureOpenError(`interfaces cannot be watched: ${reason}; ${PIPE_ADVICE}`);
  }

  /** The kernel's number of an interface that is up and of a kind that is decoded. */
  findInterface(name: string): number {
    const request = interfaceRequest(name);
    const index = this.#libc.if_nametoindex(request);
    if (index === 0) {
      const others = interfaceNames();
      const there = others.length === 0 ? '' : `; there are: ${others.join(', ')}`;
      throw new CaptureOpenError(`no interface '${name}'${there}`);
    }
    if (this.state(name, index) === 'down') {
      throw new CaptureOpenError(`interface ${name} is down; bring it up first: ip link set ${name} up`);
    }
    const isAsked = this.#libc.ioctl(this.#descriptor, SIOCGIFHWADDR, request) === 0;
    const hardwareType = new DataView(request.buffer).getUint16(16, true);
    if (isAsked && linkTypeOf(hardwareType) < 0) {
      throw new CaptureOpenError(`interface ${name} is of a kind that is not decoded (hardware type ${hardwareType})`);
    }
    return index;
  }

  state(name: string, index: number): InterfaceState {
    const request = interfaceRequest(name);
    if (this.#libc.if_nametoindex(request) !== index) return 'gone';
    if (this.#libc.ioctl(this.#descriptor, SIOCGIFFLAGS, request) !== 0) return 'gone';
    return (new DataView(request.buffer).getInt16(16, true) & IFF_UP) === 0 ? 'down' : 'up';
  }

  mapRing(ringBytes: number, blockBytes: number): ArrayBuffer {
    this.#set(SOL_PACKET, PACKET_VERSION, words(TPACKET_V3), 'TPACKET_V3');
    this.#set(SOL_PACKET, PACKET_RESERVE, words(VLAN_TAG_SIZE), 'PACKET_RESERVE');
    const blockCount = ringBytes / blockBytes;
    const frameCount = ringBytes / FRAME_SIZE;
    // struct tpacket_req3
    const request = words(blockBytes, blockCount, FRAME_SIZE, frameCount, BLOCK_TIMEOUT_MS, 0, 0);
    this.#set(SOL_PACKET, PACKET_RX_RING, request, `a ring of ${ringBytes >> 20} MiB`);
    const { mmap } = this.#libc;
    const address = mmap(0n, BigInt(ringBytes), PROT_READ_WRITE, MAP_SHARED, this.#descriptor, 0n);
    if (address === MAP_FAILED) throw this.#refused(`mapping a ring of ${ringBytes >> 20} MiB`);
    this.#address = address;
    this.#length = ringBytes;
    this.#memory = this.#ffi.toArrayBuffer(address, ringBytes, false);
    return this.#memory;
  }

  /** From here on frames come in. */
  listen(names: readonly string[], interfaces: readonly number[]): void {
    for (const [at, index] of interfaces.entries()) {
      // struct packet_mreq; the membership ends with the socket.
      const membership = words(index, PACKET_MR_PROMISC, 0, 0);
      this.#set(SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership, `promiscuous mode on ${names[at]!}`);
    }
    // A packet socket hears one interface or all of them: of all, the kernel drops what was not asked for.
    if (interfaces.length > 1) this.#attachFilter(interfaces);
    // struct sockaddr_ll
    const address = new DataView(new ArrayBuffer(20));
    address.setUint16(0, AF_PACKET, true);
    address.setUint16(2, ETH_P_ALL, false);
    address.setInt32(4, interfaces.length === 1 ? interfaces[0]! : 0, true);
    if (this.#libc.bind(this.#descriptor, address, address.byteLength) !== 0) {
      throw this.#refused(`listening on ${names.join(', ')}`);
    }
  }

  wait(timeoutMs: number): void {
    const request = this.#pollRequest;
    request.setInt16(6, 0, true);
    if (this.#libc.poll(request, 1n, timeoutMs) <= 0) return;
    // An interface that went down leaves an error, and poll would return at once for ever if nobody took it.
    if ((request.getInt16(6, true) & POLLERR) !== 0) this.#get(SOL_SOCKET, SO_ERROR, 4);
  }

  /** Counts since the last call: asking sets them to zero. */
  takeStatistics(): { readonly drops: number; readonly freezes: number } {
    const statistics = this.#get(SOL_PACKET, PACKET_STATISTICS, 12);
    return { drops: statistics.getUint32(4, true), freezes: statistics.getUint32(8, true) };
  }

  close(): void {
    if (this.#memory !== null) {
      // Detached first: whoever still holds a batch then reads nothing instead of memory that is gone.
      this.#memory.transfer(0);
      this.#memory = null;
      this.#libc.munmap(this.#address, BigInt(this.#length));
    }
    this.#libc.close(this.#descriptor);
  }

  /** Classic BPF: accept the frame whole if its interface is one of these. */
  #attachFilter(interfaces: readonly number[]): void {
    const count = interfaces.length;
    const program = new DataView(new ArrayBuffer((count + 3) * 8));
    const instruction = (at: number, code: number, ifTrue: number, operand: number): void => {
      program.setUint16(at * 8, code, true);
      program.setUint8(at * 8 + 2, ifTrue);
      program.setUint32(at * 8 + 4, operand, true);
    };
    // SKF_AD_OFF + SKF_AD_IFINDEX
    instruction(0, 0x20, 0, 0xffff_f008);
    for (const [at, index] of interfaces.entries()) instruction(at + 1, 0x15, count - at, index);
    instruction(count + 1, 0x06, 0, 0);
    instruction(count + 2, 0x06, 0, 0xffff_ffff);
    // struct sock_fprog
    const filter = new DataView(new ArrayBuffer(16));
    filter.setUint16(0, count + 3, true);
    filter.setBigUint64(8, this.#ffi.getRawPointer(program), true);
    this.#set(SOL_SOCKET, SO_ATTACH_FILTER, filter, 'a filter of several interfaces');
  }

  #set(level: number, option: number, value: DataView<ArrayBuffer>, what: string): void {
    const done = this.#libc.setsockopt(this.#descriptor, level, option, value, value.byteLength);
    if (done !== 0) throw this.#refused(what);
  }

  #get(level: number, option: number, size: number): DataView {
    const value = new DataView(new ArrayBuffer(size));
    this.#libc.getsockopt(this.#descriptor, level, option, value, words(size));
    return value;
  }

  #refused(what: string): CaptureOpenError {
    const code = this.#errorCode();
    const reason = code === ENOMEM ? 'not enough memory' : code === EPERM ? 'no permission' : `error ${code}`;
    return new CaptureOpenError(`the kernel refused ${what}: ${reason}`);
  }

  #errorCode(): number {
    return this.#ffi.getInt32(this.#libc.__errno_location());
  }
}

function checkNames(names: readonly string[]): void {
  for (const [at, name] of names.entries()) {
    if (name === '' || name.length > NAME_LENGTH_MAX || !/^[!-~]+$/.test(name)) {
      throw new CaptureOpenError(`'${name}' cannot be the name of an interface`);
    }
    if (names.indexOf(name) !== at) throw new CaptureOpenError(`interface ${name} is given twice`);
  }
  if (names.length > INTERFACES_MAX) throw new CaptureOpenError(`at most ${INTERFACES_MAX} interfaces can be watched`);
}

/** struct ifreq with nothing but the name. */
function interfaceRequest(name: string): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(40);
  request.set(Buffer.from(name, 'latin1'));
  return request;
}

/** Two header lines, then one for each interface, its name before the colon. */
function interfaceNames(): string[] {
  try {
    const lines = readFileSync('/proc/self/net/dev', 'latin1').split('\n').slice(2);
    return lines.map((line) => line.slice(0, line.indexOf(':')).trim()).filter((name) => name !== '');
  } catch {
    return [];
  }
}

function words(...values: readonly number[]): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [at, value] of values.entries()) view.setUint32(at * 4, value, true);
  return view;
}

/** Loading warns that the module is experimental, which is for us to know: this warning is left out, no other. */
function loadFfi(): Ffi | undefined {
  const emitWarning = Reflect.get(process, 'emitWarning') as (...parts: unknown[]) => void;
  const withoutThisOne = (...parts: unknown[]): void => {
    const [warning, type] = parts;
    if (type === 'ExperimentalWarning' && String(warning).startsWith('FFI ')) return;
    Reflect.apply(emitWarning, process, parts);
  };
  process.emitWarning = withoutThisOne;
  try {
    return process.getBuiltinModule('node:ffi');
  } finally {
    process.emitWarning = emitWarning;
  }
}
