// The Modbus gateway: modbus-serial's ServerTCP with three simulated serial meters behind it, one request on the
// serial line at a time, and the web page such a box always has.
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerTCP } from 'modbus-serial';
import { addressOf, seededNoise } from './plant.ts';

/** A byte at 19200 baud, eleven bits. */
const BYTE_MS = 11 / 19.2;
const METER_TURNAROUND_MS = 6;
const SERIAL_TIMEOUT_MS = 180;

interface Meter {
  identity: Record<number, string>;
  input: Uint16Array;
  holding: Uint16Array;
  step(): void;
}

/** Voltage 0.1 V, current 0.01 A, power W, power factor ‰, frequency 0.01 Hz, energy in 0.1 kWh as 32 bits. */
function powerMeter(seed: number, loadWatts: number, startEnergy: number, identity: Record<number, string>): Meter {
  const noise = seededNoise(seed);
  let energy = startEnergy;
  let seconds = 0;
  const input = new Uint16Array(8);
  return {
    identity,
    input,
    holding: Uint16Array.of(seed, 400, 50, 60, 1, 192),
    step() {
      seconds += 0.5;
      const watts = loadWatts * (1 + 0.12 * Math.sin(seconds / 45 + seed)) + noise() * 20;
      const volts = 231 + 1.4 * Math.sin(seconds / 120) + noise() * 0.4;
      energy += (watts * 0.5) / 360000;
      const shown = Math.floor(energy);
      input.set([volts * 10, (watts / volts / 0.93) * 100, watts, 930 + noise() * 8, 4998 + noise() * 5]);
      input.set([shown >>> 16, shown & 0xffff, 0], 5);
    },
  };
}

// Made-up answers to function 43/14: no such product was recorded.
const meters = new Map<number, Meter>([
  [1, powerMeter(31, 18600, 1482307, { 0: 'Schneider Electric', 1: 'METSEPM5110', 2: '02.60' })],
  [2, powerMeter(32, 7400, 611902, { 0: 'Schneider Electric', 1: 'METSEPM5110', 2: '02.41' })],
  [3, powerMeter(33, 2250, 90441, { 0: 'ABB', 1: 'B23 112-100', 2: '1.21.0' })],
]);
for (const meter of meters.values()) {
  meter.step();
  setInterval(() => meter.step(), 500);
}

/** One request on its way over the serial line, and how many registers it asks for. */
interface Turn {
  unit: number;
  registers: number;
  meter: Promise<Meter>;
}
let line: Promise<unknown> = Promise.resolve();
let asking: Turn | null = null;

/**
 * Waits for the serial line, then for as long as request and answer take on it; fails where no meter is. modbus-serial
 * asks for each register of a request by itself but at once, so these share one turn.
 */
function onLine<T>(unit: number, registers: number, answer: (meter: Meter) => T): Promise<T> {
  if (asking?.unit !== unit) {
    const turn: Turn = { unit, registers: 0, meter: line.then(() => speak(turn)) };
    line = turn.meter.catch(() => undefined);
    asking = turn;
    queueMicrotask(() => {
      asking = null;
    });
  }
  asking.registers += registers;
  return asking.meter.then(answer);
}

async function speak(turn: Turn): Promise<Meter> {
  const meter = meters.get(turn.unit);
  if (meter === undefined) {
    await sleep(8 * BYTE_MS + SERIAL_TIMEOUT_MS);
    throw Object.assign(new Error('gateway target device failed to respond'), { modbusErrorCode: 0x0b });
  }
  await sleep((13 + 2 * turn.registers) * BYTE_MS + METER_TURNAROUND_MS);
  return meter;
}

function at(bank: Uint16Array, address: number): number {
  if (address >= bank.length) throw Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 });
  return bank[address]!;
}

// modbus-serial counts the parameters of these functions: one more and it would wait for a callback.
const vector = {
  getInputRegister: (address: number, unit: number) => onLine(unit, 1, (meter) => at(meter.input, address)),
  getHoldingRegister: (address: number, unit: number) => onLine(unit, 1, (meter) => at(meter.holding, address)),
  readDeviceIdentification: (unit: number) => onLine(unit, 20, (meter) => meter.identity),
};
const { ip } = addressOf('gateway');
new ServerTCP(vector, { host: ip, port: 502 });

const page = `<!doctype html>
<title>Serial gateway</title>
<h1>Serial gateway</h1>
<p>Line 1: RS-485, 19200 baud, 8E1. Modbus TCP port 502.</p>
<table>${[...meters].map(([unit, meter]) => `<tr><td>${unit}<td>${meter.identity[1] ?? ''}`).join('\n')}</table>
`;
http
  .createServer((_request, response) => {
    response.writeHead(200, { server: 'sample-gateway', 'content-type': 'text/html', connection: 'close' });
    response.end(page);
  })
  .listen(80, ip);
