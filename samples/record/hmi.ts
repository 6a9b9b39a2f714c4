// The operator panel: polls the tank every second, the heaters every two and the meters every five, writes a setpoint or a pump coil now and
// then, and once a register it has never written before.
import type { ModbusRTU } from './modbus-client.ts';
import { logEvent } from './event-log.ts';
import { addressOf, normalSeconds, secondsSinceStart } from './plant.ts';
import { Poller, watched } from './poller.ts';

interface Write {
  at: number;
  unusual?: true;
  label: string;
  what: string;
  send: (client: ModbusRTU) => Promise<unknown>;
}

const setpoint = (at: number, value: number): Write => ({
  at,
  label: 'operator-setpoint',
  what: `operator sets the level setpoint, holding register 0, to ${value}`,
  send: (client) => client.writeRegister(0, value),
});
const pump = (at: number, on: boolean): Write => ({
  at,
  label: 'operator-pump',
  what: `operator switches pump 2, coil 1, ${on ? 'on' : 'off'}`,
  send: (client) => client.writeCoil(1, on),
});
function temperature(at: number, value: number): Write {
  const words = Buffer.alloc(4);
  words.writeFloatBE(value);
  return {
    at,
    label: 'operator-temperature',
    what: `operator sets the temperature of zone 1, holding registers 0 and 1, to ${value} °C`,
    send: (client) => client.writeRegisters(0, [words.readUInt16BE(0), words.readUInt16BE(2)]),
  };
}

const attackBegins = normalSeconds;
const tankWrites: Write[] = [
  setpoint(12, 640),
  pump(21, true),
  setpoint(38, 600),
  pump(49, false),
  setpoint(66, 625),
  pump(83, true),
  setpoint(97, 655),
  pump(112, false),
  setpoint(131, 610),
  pump(145, true),
  setpoint(164, 635),
  pump(179, false),
  setpoint(196, 605),
  pump(214, true),
  setpoint(226, 630),
].filter((write) => write.at < normalSeconds);
tankWrites.push(setpoint(attackBegins + 26, 615), {
  at: attackBegins + 56,
  unusual: true,
  label: 'write-to-read-only-register-by-hmi',
  what: 'the HMI writes 1350 to holding register 12 (flow calibration), which was only ever read before',
  send: (client) => client.writeRegister(12, 1350),
});
const heaterWrites = [temperature(30, 73), temperature(92, 71.5), temperature(154, 72.5), temperature(216, 72)].filter(
  (write) => write.at < normalSeconds,
);

/** Sends what is due before the reads of this cycle. */
async function writeWhatIsDue(writes: Write[], device: string, client: ModbusRTU): Promise<void> {
  while (writes[0] !== undefined && writes[0].at <= secondsSinceStart()) {
    const write = writes.shift()!;
    const sent = await watched(client, () => write.send(client));
    logEvent({
      label: write.label,
      class: write.unusual === true ? 'attack' : 'normal',
      firstMs: sent.firstMs,
      lastMs: sent.lastMs,
      source: addressOf('hmi').ip,
      target: addressOf(device).ip,
      unit: 1,
      what: write.what,
      match: { by: 'modbus', port: sent.port, transactions: [sent.transaction] },
    });
  }
}

const tank = new Poller('plc1').poll(1, 1.0, async (client) => {
  client.setID(1);
  await writeWhatIsDue(tankWrites, 'plc1', client);
  await client.readHoldingRegisters(0, 16);
  await client.readInputRegisters(0, 10);
  await client.readCoils(0, 8);
});
const heat = new Poller('plc2').poll(2, 1.35, async (client) => {
  client.setID(1);
  await writeWhatIsDue(heaterWrites, 'plc2', client);
  await client.readHoldingRegisters(0, 10);
  await client.readInputRegisters(0, 8);
});
const meters = new Poller('gateway').poll(5, 2.7, async (client) => {
  for (const unit of [1, 2, 3]) {
    client.setID(unit);
    await client.readInputRegisters(0, 7);
  }
});
const slow = new Poller('plc1').poll(5, 3.2, async (client) => {
  client.setID(1);
  await client.readDiscreteInputs(0, 8);
});
await Promise.all([tank, heat, meters, slow]);
