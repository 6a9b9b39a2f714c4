// Keeps the first and the last bytes of a block while it passes, and says in words what its header and trailer tell.
import type { TransferDetail } from '../../facts/facts.ts';
import { blockTypeName } from './areas.ts';
import { BLOCK_HEADER, BLOCK_TRAILER, blockHeader, blockTrailer, type BlockHeader } from './blocks.ts';

export class BlockEnds {
  readonly #head = new Uint8Array(BLOCK_HEADER);
  readonly #tail = new Uint8Array(BLOCK_TRAILER);
  #headBytes = 0;
  #tailBytes = 0;

  piece(bytes: Uint8Array, start: number, end: number): void {
    const wanted = Math.min(end - start, BLOCK_HEADER - this.#headBytes);
    if (wanted > 0) {
      this.#head.set(bytes.subarray(start, start + wanted), this.#headBytes);
      this.#headBytes += wanted;
    }
    const last = Math.min(end - start, BLOCK_TRAILER);
    const kept = Math.min(this.#tailBytes, BLOCK_TRAILER - last);
    this.#tail.copyWithin(0, this.#tailBytes - kept, this.#tailBytes);
    this.#tail.set(bytes.subarray(end - last, end), kept);
    this.#tailBytes = kept + last;
  }

  /** Empty where the bytes are no block. The trailer is told where the end was seen. */
  details(isComplete: boolean): readonly TransferDetail[] {
    const header = blockHeader(this.#head, 0, this.#headBytes);
    if (header === null) return [];
    const details: TransferDetail[] = [
      ['block', `${blockTypeName(header.type)}${header.number}`],
      ['language', header.language],
      ['code changed', dateText(header.codeChangedUs)],
      ...interfaceChanged(header),
      ['load bytes', String(header.loadBytes)],
      ['code bytes', String(header.codeBytes)],
    ];
    const trailer = isComplete ? blockTrailer(this.#tail, 0, this.#tailBytes) : null;
    if (trailer === null) return details;
    for (const name of ['author', 'family', 'name'] as const) {
      if (trailer[name] !== '') details.push([name, trailer[name]]);
    }
    details.push(['version', trailer.version]);
    details.push(['checksum', `0x${trailer.checksum.toString(16).padStart(4, '0')}`]);
    return details;
  }
}

/** Said where it is another time than that of the code. */
function interfaceChanged({ interfaceChangedUs, codeChangedUs }: BlockHeader): TransferDetail[] {
  return interfaceChangedUs === codeChangedUs ? [] : [['interface changed', dateText(interfaceChangedUs)]];
}

/** To the second; the header's time is that of the station that wrote the block. */
function dateText(us: number): string {
  return new Date(us / 1000).toISOString().slice(0, 19).replace('T', ' ');
}
