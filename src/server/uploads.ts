// Captures that operators send: what of them the server knows. It hands the bytes on and tells how far each is.
import type { Readable } from 'node:stream';

export const UPLOAD_STATES = ['receiving', 'waiting', 'analysing', 'done', 'failed', 'cancelled'] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

export interface Upload {
  readonly id: string;
  /** As the sender called it; safe to show. */
  readonly name: string;
  readonly operator: string;
  readonly startedMs: number;
  readonly state: UploadState;
  readonly received: number;
  /** Of the file as it was sent; null: not known yet. */
  readonly size: number | null;
  /** Bytes of it that were analysed. */
  readonly analysed: number;
  readonly frames: number;
  /** What came of it in one line; empty until it has ended. */
  readonly told: string;
}

export type UploadOutcome =
  | { readonly kind: 'done'; readonly upload: Upload }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'tooLarge'; readonly reason: string }
  | { readonly kind: 'full'; readonly reason: string };

export interface Uploads {
  readonly bytesMax: number;
  /** The newest first. */
  list(): readonly Upload[];
  /** Another number whenever something changed. */
  version(): number;
  /** Resolves when all bytes are on the disk; the analysis goes on behind. */
  receive(
    name: string,
    size: number | null,
    bytes: Readable,
    who: { readonly operator: string; readonly nowMs: number },
  ): Promise<UploadOutcome>;
  cancel(id: string): 'done' | 'missing' | 'ended';
}
