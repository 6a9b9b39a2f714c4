// Builds the captures of this folder: a session with a passive and an active file, one that is refused, encrypted and
// broken, and one with losses. example.test.ts compares them with the files; `npm run golden -- --update` writes the files.
import { ExampleFrames, be16, be32, type Endpoint } from '../../example-conversation.ts';

const STATION: Endpoint = { mac: 1, ip: 10, port: 40_001 };
const CONTROLLER: Endpoint = { mac: 2, ip: 20, port: 21 };
const TCP = 6;

type Put = (source: Endpoint, target: Endpoint, segment: number[]) => void;

/** Several TCP connections in one capture. */
class FtpExample extends ExampleFrames {
  connect(client: Endpoint, server: Endpoint): Connection {
    return new Connection((source, target, segment) => this.packet(source, target, TCP, segment), client, server);
  }
}

class Connection {
  readonly #ends: readonly [Endpoint, Endpoint];
  readonly #put: Put;
  readonly #next: [number, number] = [1000, 9000];

  constructor(put: Put, client: Endpoint, server: Endpoint) {
    this.#put = put;
    this.#ends = [client, server];
    this.#segment(0, 0x02, []);
    this.#segment(1, 0x12, []);
    this.#segment(0, 0x10, []);
  }

  client(...lines: readonly string[]): this {
    return this.send(0, lines.map((line) => `${line}\r\n`).join(''));
  }

  server(...lines: readonly string[]): this {
    return this.send(1, lines.map((line) => `${line}\r\n`).join(''));
  }

  send(side: 0 | 1, text: string): this {
    this.#segment(side, 0x18, [...Buffer.from(text, 'latin1')]);
    return this;
  }

  /** Bytes that the capture does not hold. */
  lose(side: 0 | 1, count: number): this {
    this.#next[side] += count;
    return this;
  }

  /** `side` closes first. */
  close(side: 0 | 1): void {
    const other = side === 0 ? 1 : 0;
    this.#segment(side, 0x11, []);
    this.#segment(other, 0x11, []);
    this.#segment(side, 0x10, []);
  }

  #segment(side: 0 | 1, flags: number, payload: readonly number[]): void {
    const other = side === 0 ? 1 : 0;
    const acknowledged = (flags & 0x10) === 0 ? 0 : this.#next[other];
    const tcp = [...be16(this.#ends[side].port), ...be16(this.#ends[other].port)];
    tcp.push(...be32(this.#next[side]), ...be32(acknowledged), 0x50, flags, ...be16(64_240), 0, 0, 0, 0, ...payload);
    this.#put(this.#ends[side], this.#ends[other], tcp);
    this.#next[side] += payload.length + ((flags & 0x03) === 0 ? 0 : 1);
  }
}

function files(): Uint8Array {
  const example = new FtpExample();
  const control = example.connect(STATION, CONTROLLER);
  control.server('220-Example plant', '220 VxWorks (VxWorks 5.4.2) FTP server ready');
  control.client('USER operator').server('331 Password required').client('PASS example').server('230 User logged in');
  control.client('SYST').server('215 UNIX Type: L8').client('TYPE I').server('200 Type set to I');
  control.client('PASV').server('227 Entering Passive Mode (192,0,2,20,156,65)');
  const passive = example.connect({ ...STATION, port: 40_002 }, { ...CONTROLLER, port: 40_001 });
  control.client('RETR /prog/main.bin').server('150 Opening BINARY mode data connection (11 bytes)');
  passive.send(1, 'hello ').send(1, 'plant').close(1);
  control.server('226 Transfer complete').client('PORT 192,0,2,10,156,67').server('200 Port set');
  control.client('STOR /prog/new.bin').server('150 Opening BINARY mode data connection');
  const active = example.connect({ ...CONTROLLER, port: 20 }, { ...STATION, port: 40_003 });
  active.send(1, 'from the station').close(1);
  control.server('226 Transfer complete').client('EPSV').server('229 Entering Extended Passive Mode (|||40004|)');
  const listing = example.connect({ ...STATION, port: 40_005 }, { ...CONTROLLER, port: 40_004 });
  control.client('LIST').server('150 Here it comes');
  listing.send(1, '-rw-r--r-- 1 0 0 11 main.bin\r\n').close(1);
  control.server('226 Done').client('RNFR /prog/main.bin').server('350 Ready').client('RNTO /prog/old.bin');
  control.server('250 Renamed').client('DELE /prog/old.bin').server('250 Deleted').client('QUIT').server('221 Goodbye');
  control.close(0);
  return example.file();
}

function refused(): Uint8Array {
  const example = new FtpExample();
  const guess = example.connect(STATION, CONTROLLER);
  guess.server('220 FTP ready').client('USER admin').server('331 Password please').client('PASS admin');
  guess.server('530 Login incorrect', 'no reply').client('EXPLODE').server('500 What?');
  guess.client('PORT 192,0,2,99,0,22').server('200 Why not').close(0);
  const hidden = example.connect({ ...STATION, port: 40_011 }, CONTROLLER);
  hidden.server('220 FTP ready').client('AUTH TLS').server('234 Proceed').send(0, '\x16\x03\x01\x00\x02\x01\x00');
  hidden.close(0);
  return example.file();
}

/** The beginning of one file and the middle of another are missing. */
function lost(): Uint8Array {
  const example = new FtpExample();
  const control = example.connect(STATION, CONTROLLER);
  control.server('220 FTP ready').client('EPSV').server('229 Extended (|||40001|)');
  const first = example.connect({ ...STATION, port: 40_002 }, { ...CONTROLLER, port: 40_001 });
  control.client('STOR first.bin').server('150 Go');
  first.lose(0, 10).send(0, 'the rest').close(0);
  control.server('226 Done').client('EPSV').server('229 Extended (|||40003|)');
  const second = example.connect({ ...STATION, port: 40_004 }, { ...CONTROLLER, port: 40_003 });
  control.client('STOR second.bin').server('150 Go');
  second.send(0, 'a beginning, ').lose(0, 10).send(0, 'an end').close(0);
  control.server('226 Done').close(0);
  return example.file();
}

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['files.pcap', files()],
    ['lost.pcap', lost()],
    ['refused.pcap', refused()],
  ]);
}
