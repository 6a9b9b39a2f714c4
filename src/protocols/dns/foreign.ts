// Notices that a conversation that began as DNS goes on as something else: a tunnel that found out that its server can be
// reached without a resolver, and needs names no longer.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { MessageContext } from '../../facts/protocol.ts';

/** So many datagrams, and so many bytes of them, that are no message. */
const DATAGRAMS_MIN = 16;
const BYTES_MIN = 1024;
const CONVERSATIONS_MAX = 4096;

interface Count {
  datagrams: number;
  bytes: number;
}

export class ForeignDatagrams {
  /** Of conversations with such datagrams. */
  readonly #counts = new Map<number, Count>();

  heard(isMessage: boolean, bytes: number, { flow, timeUs, frame, client, sink }: MessageContext): void {
    if (isMessage) return;
    let count = this.#counts.get(flow);
    if (count === undefined) {
      forgetOldest(this.#counts, CONVERSATIONS_MAX);
      this.#counts.set(flow, (count = { datagrams: 0, bytes: 0 }));
    }
    const wasTold = count.datagrams >= DATAGRAMS_MIN && count.bytes >= BYTES_MIN;
    count.datagrams++;
    count.bytes += bytes;
    if (wasTold || count.datagrams < DATAGRAMS_MIN || count.bytes < BYTES_MIN) return;
    const value = `${count.datagrams} datagrams, ${count.bytes} bytes`;
    sink.trait({ fact: 'trait', timeUs, frame, host: client, trait: 'dns-foreign', value });
  }

  forget(flow: number): void {
    this.#counts.delete(flow);
  }
}
