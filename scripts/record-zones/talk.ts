// What runs on the hosts of the recording: a Modbus server and clients, a web server, and the work of an office, over
// real sockets. `node talk.ts PROGRAM NAME VARIANT [WORDS…]`.
import { spawn } from 'node:child_process';
import { createServer, request } from 'node:http';
import { createConnection, createServer as createTcpServer, type Socket } from 'node:net';
import { HOSTS, addressNamed, hostNamed, type Variant } from './network.ts';

const [program = '', name = '', given = 'ipv4', ...words] = process.argv.slice(2);
const variant = given as Variant;
const at = (host: string): string => addressNamed(host, variant);
const PROGRAMS: Readonly<Record<string, () => void>> = {
  plc,
  web,
  scada: () => poll(['plc1', 'plc2', 'plc3', 'plc4'], 1000, 10),
  hmi: () =>
    poll(
      HOSTS.filter(({ zone, programs }) => zone === hostNamed(name).zone && programs.includes('plc')).map(
        (plc) => plc.name,
      ),
      500,
      24,
    ),
  historian,
  engineering: () => every(20_000, () => void identify(['plc1', 'plc2', 'plc3', 'plc4'])),
  office,
  write: () => void write(words[0]!, Number(words[1] ?? '1')),
  read: () => void once(words[0]!, [3, 0, 0, 0, 10]),
  get: () => void fetchFrom(words[0]!, '/status'),
  run: () => void post(words[0]!, '/run', words.slice(1).join(' ')),
};
const chosen = PROGRAMS[program];
if (chosen === undefined) throw new Error(`no program is called ${program}`);
chosen();

function every(periodMs: number, work: () => void): void {
  work();
  setInterval(work, periodMs);
}

/** Answers functions 3, 6, 16 and 43/14 of the Modbus Application Protocol 1.1b3. */
function plc(): void {
  const registers = new Uint16Array(100);
  setInterval(() => {
    for (let register = 0; register < 20; register++) registers[register] = 1000 + Math.round(100 * Math.random());
  }, 500);
  createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    onFrames(socket, (frame) => socket.write(answerTo(frame, registers)));
  }).listen(502);
}

function answerTo(frame: Buffer, registers: Uint16Array): Buffer {
  const [code, first, value] = [
    frame[7]!,
    frame.length > 9 ? frame.readUInt16BE(8) : 0,
    frame.length > 11 ? frame.readUInt16BE(10) : 0,
  ];
  if (code === 3) {
    const body = Buffer.alloc(2 * value);
    for (let index = 0; index < value; index++) body.writeUInt16BE(registers[first + index] ?? 0, 2 * index);
    return framed(frame, [3, body.length, ...body]);
  }
  if (code === 6) {
    registers[first] = value;
    return framed(frame, [...frame.subarray(7, 12)]);
  }
  if (code === 16) return framed(frame, [...frame.subarray(7, 12)]);
  if (code !== 43) return framed(frame, [code | 0x80, 1]);
  const texts = [hostNamed(name).vendor === '00:30:de' ? 'WAGO' : 'Schneider Electric', 'CELL-100', 'V1.2'];
  const objects = texts.flatMap((text, index) => [index, text.length, ...Buffer.from(text)]);
  return framed(frame, [43, 14, 1, 1, 0, 0, texts.length, ...objects]);
}

function framed(request: Buffer, body: readonly number[]): Buffer {
  return Buffer.from([...request.subarray(0, 4), 0, body.length + 1, request[6]!, ...body]);
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 8 && held.length >= 6 + held.readUInt16BE(4)) {
      const size = 6 + held.readUInt16BE(4);
      take(held.subarray(0, size));
      held = held.subarray(size);
    }
  });
}

let transaction = 0;

function asked(body: readonly number[]): Buffer {
  transaction = (transaction + 1) & 0xffff;
  return Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, body.length + 1, 1, ...body]);
}

/** Reads all controllers each period over lasting connections, and writes the setpoint of one now and then. */
function poll(controllers: readonly string[], periodMs: number, periodsForWrite: number): void {
  for (const [index, controller] of controllers.entries()) {
    const connect = (): void => {
      const socket = createConnection(502, at(controller));
      let periods = index * 3;
      const timer = setInterval(() => {
        socket.write(asked([3, 0, 0, 0, 10]));
        if (++periods % periodsForWrite === 0) socket.write(asked([6, 0, 40, 0, 50 + (periods % 5)]));
      }, periodMs);
      socket.on('error', () => socket.destroy());
      socket.on('data', () => undefined);
      socket.on('close', () => {
        clearInterval(timer);
        setTimeout(connect, 1000);
      });
    };
    setTimeout(connect, 300 + 70 * index);
  }
}

/** One request on a connection of its own. */
async function once(controller: string, body: readonly number[]): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = createConnection(502, at(controller), () => socket.write(asked(body)));
    onFrames(socket, () => socket.end());
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
}

async function write(controller: string, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await once(controller, [16, 0, 60, 0, 1, 2, 0, 99 + time]);
}

async function identify(controllers: readonly string[]): Promise<void> {
  for (const controller of controllers) await once(controller, [43, 14, 1, 0]);
}

/** Reads the controllers, and hands on what it read to the demilitarized zone by MQTT and HTTP. */
function historian(): void {
  poll(['plc1', 'plc2', 'plc3', 'plc4'], 5000, Infinity);
  const publish = ['-h', at('broker'), '-t', 'plant/values', '-m', '{"level":42}', '-i', 'historian'];
  every(5000, () => spawn('mosquitto_pub', publish, { stdio: 'ignore' }).on('error', () => undefined));
  every(10_000, () => void post('mirror', '/values', '{"level":42}'));
}

/** Looks at the mirror of the historian, at the web, and at files. */
function office(): void {
  every(7000, () => void fetchFrom('mirror', '/values'));
  every(6000, () => void fetchFrom('cloud', '/news'));
  const share = `//${variant === 'ipv6' ? `[${at('files')}]` : at('files')}/work`;
  const list = [...(variant === 'ipv6' ? ['//files/work', '-I', at('files')] : [share]), '-N', '-n', name, '-c', 'ls'];
  every(15_000, () => spawn('smbclient', list, { stdio: 'ignore' }).on('error', () => undefined));
}

/** Serves pages; what is posted to `/run` is a line for this program, as with an uploaded script. */
function web(): void {
  createServer((message, answer) => {
    let body = '';
    message.on('data', (bytes: Buffer) => (body += bytes.toString()));
    message.on('end', () => {
      answer.end(`<html><title>${name}</title>${message.url ?? ''}</html>`);
      const [what, ...more] = body.split(' ');
      if (message.url === '/run' && what === 'write') void write(more[0]!, 3);
    });
  }).listen(80);
}

function fetchFrom(host: string, path: string): Promise<void> {
  return exchange(host, path, 'GET', '');
}

function post(host: string, path: string, body: string): Promise<void> {
  return exchange(host, path, 'POST', body);
}

function exchange(host: string, path: string, method: string, body: string): Promise<void> {
  return new Promise((resolve) => {
    const sent = request({ host: at(host), port: 80, path, method, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve());
    });
    sent.on('error', () => resolve());
    sent.end(body);
  });
}
