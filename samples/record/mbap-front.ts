// Stands between the network and modbus-serial's ServerTCP: splits the TCP stream into Modbus messages, answers the
// functions modbus-serial does not speak (8 diagnostics, 90 UMAS) and passes all others on unchanged.
import net from 'node:net';

/** What the front asks of the controller it stands before. */
export interface Controller {
  /** The time the controller takes to answer, in milliseconds. */
  answerDelayMs(): number;
  /** Answers function 90, or null where the controller does not know it. `data` is what follows the function code. */
  umas(data: Buffer): Buffer | null;
}

const HEADER_BYTES = 7;
/** How long the port stays closed after a restart of communications. */
const RESTART_MS = 1500;

export class MbapFront {
  readonly #address: string;
  readonly #backendPort: number;
  readonly #controller: Controller;
  readonly #clients = new Set<net.Socket>();
  #server = new net.Server();
  #listenOnly = false;

  constructor(address: string, backendPort: number, controller: Controller) {
    this.#address = address;
    this.#backendPort = backendPort;
    this.#controller = controller;
    this.#listen();
  }

  #listen(): void {
    this.#server = net.createServer((client) => this.#serve(client));
    this.#server.listen({ host: this.#address, port: 502 });
  }

  /** Drops all connections the way a restarted controller does: the next packet of a client meets a RST. */
  #restart(): void {
    this.#listenOnly = false;
    this.#server.close();
    for (const client of this.#clients) client.resetAndDestroy();
    setTimeout(() => this.#listen(), RESTART_MS);
  }

  #serve(client: net.Socket): void {
    const backend = net.connect({ host: '127.0.0.1', port: this.#backendPort });
    let received = Buffer.alloc(0);
    client.setNoDelay(true);
    this.#clients.add(client);
    client.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= HEADER_BYTES) {
        const end = 6 + received.readUInt16BE(4);
        if (received.length < end) break;
        const message = received.subarray(0, end);
        received = received.subarray(end);
        setTimeout(() => this.#handle(message, client, backend), this.#controller.answerDelayMs());
      }
    });
    backend.on('data', (answer) => client.writable && client.write(answer));
    client.on('close', () => {
      this.#clients.delete(client);
      backend.destroy();
    });
    backend.on('close', () => client.end());
    client.on('error', () => backend.destroy());
    backend.on('error', () => client.destroy());
  }

  #handle(message: Buffer, client: net.Socket, backend: net.Socket): void {
    const functionCode = message[7];
    if (functionCode === 8 && message.length >= 12) {
      this.#diagnose(message, client);
    } else if (this.#listenOnly) {
      return;
    } else if (functionCode === 90) {
      const answer = this.#controller.umas(message.subarray(8));
      send(client, message, answer === null ? Buffer.of(0x80 | 90, 1) : Buffer.concat([Buffer.of(90), answer]));
    } else if (backend.writable) {
      backend.write(message);
    }
  }

  /** Function 8 as the Modbus application protocol 1.1b3, clause 6.8, describes it; 1 and 4 only, and 0 (echo). */
  #diagnose(message: Buffer, client: net.Socket): void {
    const subFunction = message.readUInt16BE(8);
    if (subFunction === 1) {
      // In listen-only mode no answer is returned, not even to the restart that ends it.
      if (!this.#listenOnly) send(client, message, message.subarray(7));
      setTimeout(() => this.#restart(), 30);
    } else if (subFunction === 4) {
      this.#listenOnly = true;
    } else if (!this.#listenOnly) {
      send(client, message, subFunction === 0 ? message.subarray(7) : Buffer.of(0x80 | 8, 1));
    }
  }
}

function send(client: net.Socket, request: Buffer, pdu: Buffer): void {
  if (!client.writable) return;
  const header = Buffer.from(request.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(pdu.length + 1, 4);
  client.write(Buffer.concat([header, pdu]));
}
