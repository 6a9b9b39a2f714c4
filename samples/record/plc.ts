// One PLC of the plant (plc1: water tank, plc2: heaters): modbus-serial's ServerTCP on the loopback of its own
// namespace, with MbapFront before it on port 502.
import { ServerTCP } from 'modbus-serial';
import { MbapFront } from './mbap-front.ts';
import { addressOf, seededNoise } from './plant.ts';
import { heaters, run, waterTank, type ProcessModel } from './process-model.ts';

const BACKEND_PORT = 1502;

/** Made-up answers to function 43/14: no such product was recorded. */
const identities: Record<string, Record<number, string>> = {
  plc1: {
    0: 'Schneider Electric',
    1: 'BMX P34 2020',
    2: 'v2.70',
    4: 'Modicon M340',
    5: 'BMX P34 2020',
    6: 'SAMPLE TANK',
  },
  plc2: { 0: 'WAGO', 1: '750-8212', 2: '03.10.08', 4: 'PFC200', 5: '750-8212', 6: 'SAMPLE HEATERS' },
};

function at<T>(bank: ArrayLike<T>, address: number): T {
  if (address >= bank.length) throw Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 });
  return bank[address]!;
}

// modbus-serial counts the parameters of these functions: one more and it would wait for a callback.
function serve(model: ProcessModel, identity: Record<number, string>): void {
  const vector = {
    getHoldingRegister: (address: number) => at(model.holding, address),
    getInputRegister: (address: number) => at(model.input, address),
    getCoil: (address: number) => at(model.coils, address),
    getDiscreteInput: (address: number) => at(model.discrete, address),
    setRegister: (address: number, value: number) => {
      at(model.holding, address);
      model.holding[address] = value;
    },
    setCoil: (address: number, value: boolean) => {
      at(model.coils, address);
      model.coils[address] = value;
    },
    readDeviceIdentification: () => identity,
  };
  new ServerTCP(vector, { host: '127.0.0.1', port: BACKEND_PORT });
}

/** The few UMAS requests the sample needs, answered in the shape public descriptions and captures of it show. */
function umasOf(model: ProcessModel): (data: Buffer) => Buffer | null {
  let owner = 0;
  const ok = (session: number, ...data: number[]): Buffer => Buffer.of(session, 0xfe, ...data);
  const refuse = (session: number): Buffer => Buffer.of(session, 0xfd, 0x83, 0xa8);
  return (data) => {
    const session = data[0] ?? 0;
    const owned = owner !== 0 && session === owner;
    switch (data[1]) {
      case 0x01: // begin of communication: the largest message, 1021 bytes, and the firmware, 02.70
        return ok(session, 0xfd, 0x03, 0x70, 0x02, ...new Array<number>(9).fill(0));
      case 0x02: {
        const name = Buffer.from('BMX P34 2020');
        // Of the 22 bytes before the name only the firmware, 02.70 at offset 8, is meant to be read.
        const before = Buffer.concat([Buffer.of(0x10, 0xff, 0x41, 1, 2, 0, 0, 0, 0x70, 0x02), Buffer.alloc(12)]);
        const after = Buffer.of(1, 1, 1, 0, 0, 0, 0, 0, 0);
        return Buffer.concat([ok(session), before, Buffer.of(name.length), name, after]);
      }
      case 0x10:
        if (owner !== 0) return refuse(session);
        owner = 1;
        return ok(session, owner);
      case 0x11:
        if (!owned) return refuse(session);
        owner = 0;
        return ok(session);
      case 0x12:
        return owned ? ok(session) : refuse(session);
      case 0x40:
      case 0x41:
        if (!owned) return refuse(session);
        model.running = data[1] === 0x40;
        return ok(session);
      default:
        return refuse(session);
    }
  };
}

const name = process.argv[2] ?? '';
const identity = identities[name];
if (identity === undefined) throw new Error('usage: plc.ts plc1|plc2');
const model = name === 'plc1' ? waterTank() : heaters();
run(model);
serve(model, identity);
const noise = seededNoise(name === 'plc1' ? 21 : 22);
new MbapFront(addressOf(name).ip, BACKEND_PORT, {
  answerDelayMs: () => 1.5 + noise() * 6,
  umas: name === 'plc1' ? umasOf(model) : () => null,
});
