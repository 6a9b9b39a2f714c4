// Keeps the files that pass in a directory of its own, within a limit: each under its SHA-256 once it is whole, and a
// line in index.jsonl that says where it came from. What is kept is as sensitive as the network it was seen on: mode 0600.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { HostDirectory, Transfer } from '../facts/facts.ts';
import type { TransferSpool } from '../transfers/recorder.ts';

/** Bytes on disk in all, unless told otherwise. */
export const SPOOL_BYTES_DEFAULT = 1024 ** 3;
/** Files that are written at the same time: each needs an open file. */
const WRITING_MAX = 128;
const READ_BYTES = 1 << 20;

export interface SpoolSettings {
  readonly directory: string;
  /** Whole files and parts together. */
  readonly bytesMax: number;
}

/** What came of it. */
export interface SpoolOutcome {
  readonly kept: number;
  /** Not kept, or not wholly, for the limit's sake. */
  readonly leftOut: number;
  /** Why something could not be written; the first time. */
  readonly problem: string | null;
}

interface SpooledFile {
  readonly path: string;
  readonly descriptor: number;
  size: number;
  bytes: number;
  isCut: boolean;
}

export class DiskSpool implements TransferSpool, SpoolOutcome {
  readonly #settings: SpoolSettings;
  readonly #hosts: HostDirectory;
  readonly #writing = new Map<number, SpooledFile>();
  #count = 0;
  #bytes = 0;
  kept = 0;
  leftOut = 0;
  problem: string | null = null;

  constructor(settings: SpoolSettings, hosts: HostDirectory) {
    this.#settings = settings;
    this.#hosts = hosts;
    mkdirSync(settings.directory, { recursive: true, mode: 0o700 });
  }

  open(): number {
    if (this.#writing.size >= WRITING_MAX || this.#bytes >= this.#settings.bytesMax) {
      this.leftOut++;
      return -1;
    }
    const handle = ++this.#count;
    const path = join(this.#settings.directory, `writing-${process.pid}-${handle}`);
    try {
      const descriptor = openSync(path, 'wx+', 0o600);
      this.#writing.set(handle, { path, descriptor, size: 0, bytes: 0, isCut: false });
      return handle;
    } catch (error) {
      this.#note(error);
      return -1;
    }
  }

  write(handle: number, offset: number, bytes: Uint8Array): void {
    const file = this.#writing.get(handle);
    if (file === undefined || file.isCut) return;
    // A hole is no byte on disk, but a piece that claims to stand far behind everything is no file.
    if (this.#bytes + bytes.length > this.#settings.bytesMax || offset > this.#settings.bytesMax) {
      file.isCut = true;
      return;
    }
    try {
      writeSync(file.descriptor, bytes, 0, bytes.length, offset);
      file.size = Math.max(file.size, offset + bytes.length);
      file.bytes += bytes.length;
      this.#bytes += bytes.length;
    } catch (error) {
      file.isCut = true;
      this.#note(error);
    }
  }

  hash(handle: number, size: number): string {
    const file = this.#writing.get(handle);
    if (file === undefined || file.isCut || file.size !== size) return '';
    const hash = createHash('sha256');
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let at = 0; at < size;) {
        const count = readSync(file.descriptor, buffer, 0, buffer.length, at);
        if (count <= 0) return '';
        hash.update(buffer.subarray(0, count));
        at += count;
      }
    } catch (error) {
      this.#note(error);
      return '';
    }
    return hash.digest('hex');
  }

  close(handle: number, transfer: Transfer): void {
    const file = this.#writing.get(handle);
    if (file === undefined) return;
    this.#writing.delete(handle);
    const isWhole = transfer.sha256 !== '' && !file.isCut;
    const name = isWhole ? transfer.sha256 : `incomplete-${transfer.frame}-${handle}`;
    try {
      closeSync(file.descriptor);
      if (file.bytes === 0) {
        rmSync(file.path, { force: true });
        if (file.isCut) this.leftOut++;
        return;
      }
      renameSync(file.path, join(this.#settings.directory, name));
      this.#index(name, transfer, file.isCut);
    } catch (error) {
      this.#note(error);
      return;
    }
    if (file.isCut) this.leftOut++;
    this.kept++;
  }

  /** What was still being written when the analysis ended. */
  end(): void {
    for (const file of this.#writing.values()) {
      try {
        closeSync(file.descriptor);
        rmSync(file.path, { force: true });
      } catch (error) {
        this.#note(error);
      }
    }
    this.#writing.clear();
  }

  #index(file: string, transfer: Transfer, isCut: boolean): void {
    const { timeUs, client, server, protocol, carrier, direction, name, kind, size, isComplete, missingBytes } =
      transfer;
    const path = join(this.#settings.directory, 'index.jsonl');
    const line = {
      file,
      time: new Date(Math.floor(timeUs / 1000)).toISOString(),
      client: this.#hosts.address(client),
      server: this.#hosts.address(server),
      protocol,
      carrier,
      direction,
      name,
      kind,
      size,
      complete: isComplete && !isCut,
      missingBytes,
    };
    appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    chmodSync(path, 0o600);
  }

  #note(error: unknown): void {
    this.problem ??= error instanceof Error ? error.message : String(error);
  }
}
