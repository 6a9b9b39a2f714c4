// A Modbus client that keeps one connection to one device and polls it in a fixed cycle, as an HMI or a historian does:
// a request unanswered for a second ends the cycle, three in a row the connection.
import { ModbusRTU } from './modbus-client.ts';
import { addressOf, totalSeconds, until, secondsSinceStart } from './plant.ts';

const ANSWER_TIMEOUT_MS = 1000;

export interface Sent {
  firstMs: number;
  lastMs: number;
  port: number;
  transaction: number;
}

/** The parts of modbus-serial's TCP port that its declarations leave out. */
interface TcpPort {
  _transactionIdWrite: number;
  _client: { localPort?: number };
}

export class Poller {
  readonly #ip: string;
  #client = new ModbusRTU();
  #unansweredInARow = 0;

  constructor(device: string) {
    this.#ip = addressOf(device).ip;
  }

  async #connect(): Promise<void> {
    this.#client = new ModbusRTU();
    this.#client.on('error', () => undefined);
    this.#client.setTimeout(ANSWER_TIMEOUT_MS);
    await this.#client.connectTCP(this.#ip, { port: 502 });
    this.#unansweredInARow = 0;
  }

  /** Runs `cycle` at `offset`, `offset + period` … seconds until the plant's day is over. */
  async poll(period: number, offset: number, cycle: (client: ModbusRTU) => Promise<void>): Promise<void> {
    for (let due = offset; due < totalSeconds; due += period) {
      await until(due);
      if (secondsSinceStart() > due + period) continue;
      try {
        if (!this.#client.isOpen) await this.#connect();
        await cycle(this.#client);
        this.#unansweredInARow = 0;
      } catch {
        this.#unansweredInARow++;
        if (this.#unansweredInARow === 3) this.#client.close(() => undefined);
      }
    }
    this.#client.close(() => undefined);
  }
}

/** Sends one request and tells by which transaction its frames are found again. */
export async function watched(client: ModbusRTU, request: () => Promise<unknown>): Promise<Sent> {
  const port = (client as unknown as { _port: TcpPort })._port;
  const sent = {
    firstMs: Date.now(),
    port: port._client.localPort ?? 0,
    transaction: port._transactionIdWrite,
  };
  await request().catch(() => undefined);
  return { ...sent, lastMs: Date.now() };
}
