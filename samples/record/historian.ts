// The SCADA historian: reads the measured values of the PLCs every five seconds and the meters every fifteen. It never
// writes.
import { Poller } from './poller.ts';

await Promise.all([
  new Poller('plc1').poll(5, 4.1, async (client) => {
    client.setID(1);
    await client.readInputRegisters(0, 10);
  }),
  new Poller('plc2').poll(5, 4.6, async (client) => {
    client.setID(1);
    await client.readInputRegisters(0, 8);
    await client.readCoils(0, 8);
  }),
  new Poller('gateway').poll(15, 6.3, async (client) => {
    for (const unit of [1, 2, 3]) {
      client.setID(unit);
      await client.readInputRegisters(5, 2);
    }
  }),
]);
