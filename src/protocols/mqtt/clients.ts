// Who is connected to which broker under which client identifier: a second host that takes an identifier while the first
// one lives throws it out (MQTT 5.0, clause 3.1.4; MQTT-3.1.4-3). One bounded table, the oldest forgotten first.

const CLIENTS_MAX = 16_384;
/** A client that named no keep-alive is believed to live so long after its last packet. */
const SILENCE_US = 90_000_000;

export class ConnectedClient {
  readonly key: string;
  readonly host: number;
  readonly keepAliveUs: number;
  /** When it was heard last. */
  lastUs: number;
  /** Host that held the identifier and lived, -1: none did. */
  takenFrom = -1;
  /** Time since that host was heard. */
  silenceUs = 0;

  constructor(key: string, host: number, keepAlive: number, timeUs: number) {
    this.key = key;
    this.host = host;
    // Clause 3.1.2.10: who is silent for one and a half times the keep-alive is gone.
    this.keepAliveUs = keepAlive > 0 ? keepAlive * 1_500_000 : SILENCE_US;
    this.lastUs = timeUs;
  }
}

export class ConnectedClients {
  readonly #clients = new Map<string, ConnectedClient>();

  /** The client was accepted. */
  connected(broker: number, clientId: string, host: number, keepAlive: number, timeUs: number): ConnectedClient {
    const client = new ConnectedClient(`${broker} ${clientId}`, host, keepAlive, timeUs);
    const known = this.#clients.get(client.key);
    if (known !== undefined && known.host !== host && timeUs - known.lastUs <= known.keepAliveUs) {
      client.takenFrom = known.host;
      client.silenceUs = timeUs - known.lastUs;
    }
    // To the end of the order of forgetting.
    this.#clients.delete(client.key);
    if (this.#clients.size >= CLIENTS_MAX) {
      const oldest = this.#clients.keys().next();
      if (oldest.done !== true) this.#clients.delete(oldest.value);
    }
    this.#clients.set(client.key, client);
    return client;
  }

  /** The client said good-bye, or its conversation is over. */
  gone(client: ConnectedClient): void {
    if (this.#clients.get(client.key) === client) this.#clients.delete(client.key);
  }
}
