// Captures that operators send to `1sec serve`: each is written beside the database, for its owner only, and analysed by a
// worker, one after the other. What was sent stays there: its frames prove the alerts.
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { showable } from '../bytes/text.ts';
import type { Upload, UploadOutcome, UploadState, Uploads } from '../server/uploads.ts';
import { readableBytes } from './progress.ts';
import { runUpload, type UploadIntent, type UploadRun } from './upload-run.ts';

export interface UploadOptions {
  /** The database that what is found is added to. */
  readonly database: string;
  readonly bytesMax: number;
  /** What is intended at the site, as files: read anew for each capture. */
  readonly intent: UploadIntent;
  /** For tests: bytes that are free on the disk of a folder. */
  readonly freeBytes?: (folder: string) => number;
}

/** All that were sent together. */
const FOLDER_BYTES_MAX = 20 * 1024 ** 3;
/** What is left for others on the disk. */
const DISK_BYTES_MIN = 512 * 1024 ** 2;
/** How often it is looked at while one is written: not every sender says how much is to come. */
const DISK_LOOK_BYTES = 16 * 1024 ** 2;
const RECEIVED_AT_ONCE = 2;
const WAITING_MAX = 16;
const LISTED_MAX = 100;
const NAME_MAX = 80;
const ENDED: readonly UploadState[] = ['done', 'failed', 'cancelled'];

interface Job {
  readonly upload: { -readonly [Key in keyof Upload]: Upload[Key] };
  readonly path: string;
  readonly stop: AbortController;
}

export class CaptureUploads implements Uploads {
  readonly bytesMax: number;
  readonly #database: string;
  readonly #folder: string;
  readonly #intent: UploadIntent;
  readonly #freeBytes: (folder: string) => number;
  /** The oldest first. */
  readonly #jobs: Job[] = [];
  #version = 0;
  #running: { readonly job: Job; readonly run: UploadRun } | null = null;
  #isClosed = false;

  constructor({ database, bytesMax, intent, freeBytes = freeBytesOf }: UploadOptions) {
    this.bytesMax = bytesMax;
    this.#database = database;
    this.#folder = resolve(`${database}-captures`);
    this.#intent = intent;
    this.#freeBytes = freeBytes;
  }

  list(): readonly Upload[] {
    return this.#jobs.map(({ upload }) => ({ ...upload })).reverse();
  }

  version(): number {
    return this.#version;
  }

  async receive(
    name: string,
    size: number | null,
    bytes: Readable,
    { operator, nowMs }: { readonly operator: string; readonly nowMs: number },
  ): Promise<UploadOutcome> {
    const refusal = this.#refusal(size);
    if (refusal !== null) return refusal;
    const id = randomBytes(8).toString('hex');
    const path = join(this.#folder, `${id}-${fileName(name)}`);
    const upload: Job['upload'] = {
      ...{ id, name: showable(name, NAME_MAX * 2), operator, startedMs: nowMs },
      ...{ state: 'receiving', received: 0, size, analysed: 0, frames: 0, told: '' },
    };
    const job: Job = { upload, path, stop: new AbortController() };
    this.#add(job);
    try {
      await this.#write(job, bytes);
    } catch (error) {
      rmSync(path, { force: true });
      return this.#notReceived(job, error as NodeJS.ErrnoException);
    }
    job.upload.size = job.upload.received;
    if (job.upload.received === 0) return this.#notReceived(job, new Error('nothing was sent'));
    this.#set(job, 'waiting');
    this.#next();
    return { kind: 'done', upload: { ...upload } };
  }

  cancel(id: string): 'done' | 'missing' | 'ended' {
    const job = this.#jobs.find(({ upload }) => upload.id === id);
    if (job === undefined) return 'missing';
    if (ENDED.includes(job.upload.state)) return 'ended';
    job.stop.abort();
    if (job.upload.state === 'waiting') this.#ended(job, 'cancelled', 'cancelled before it was read');
    else if (this.#running?.job === job) this.#running.run.cancel();
    return 'done';
  }

  /** Ends what goes on; resolves when nothing does. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { upload } of this.#jobs) this.cancel(upload.id);
    await this.#running?.run.outcome;
  }

  #refusal(size: number | null): UploadOutcome | null {
    const limit = `a capture may have ${readableBytes(this.bytesMax)} here`;
    if (size !== null && size > this.bytesMax) return { kind: 'tooLarge', reason: limit };
    const of = (state: UploadState): number => this.#jobs.filter((job) => job.upload.state === state).length;
    if (of('receiving') >= RECEIVED_AT_ONCE) return { kind: 'full', reason: 'others are being sent; try again' };
    if (of('waiting') >= WAITING_MAX) return { kind: 'full', reason: 'too many wait to be read; try again later' };
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      // What others that are on their way will still need is spoken for.
      const awaited = this.#jobs
        .filter(({ upload: { state } }) => state === 'receiving')
        .reduce((sum, { upload }) => sum + Math.max(0, (upload.size ?? 0) - upload.received), 0);
      const reason = this.#fullWith((size ?? 0) + awaited);
      if (reason !== null) return { kind: 'full', reason };
    } catch (error) {
      return { kind: 'full', reason: `captures cannot be kept: ${(error as Error).message}` };
    }
    return null;
  }

  /** Null: so many bytes more have room. */
  #fullWith(bytes: number): string | null {
    if (folderBytes(this.#folder) + bytes > FOLDER_BYTES_MAX)
      return `${showable(this.#folder, 400)} is full: take captures out of it`;
    return this.#freeBytes(this.#folder) - bytes < DISK_BYTES_MIN ? 'the disk is nearly full' : null;
  }

  async #write(job: Job, bytes: Readable): Promise<void> {
    let lookAt = DISK_LOOK_BYTES;
    const counting = new Transform({
      transform: (chunk: Uint8Array, _encoding, done) => {
        job.upload.received += chunk.length;
        this.#version++;
        let refusal: Error | null = job.upload.received > this.bytesMax ? new TooLargeError() : null;
        if (refusal === null && job.upload.received >= lookAt) {
          lookAt += DISK_LOOK_BYTES;
          const reason = this.#fullWith(0);
          if (reason !== null) refusal = new FullError(reason);
        }
        if (refusal !== null) done(refusal);
        else done(null, chunk);
      },
    });
    const file = createWriteStream(job.path, { mode: 0o600, flags: 'wx', flush: true });
    await pipeline(bytes, counting, file, { signal: job.stop.signal });
  }

  #notReceived(job: Job, error: NodeJS.ErrnoException): UploadOutcome {
    if (job.stop.signal.aborted) {
      this.#ended(job, 'cancelled', 'cancelled while it was sent');
      return { kind: 'full', reason: 'it was cancelled' };
    }
    if (error instanceof TooLargeError) {
      const reason = `a capture may have ${readableBytes(this.bytesMax)} here`;
      this.#ended(job, 'failed', reason);
      return { kind: 'tooLarge', reason };
    }
    const isOfDisk = error instanceof FullError || /^E(?:NOSPC|DQUOT|IO|ROFS|ACCES|FBIG)$/.test(error.code ?? '');
    const reason =
      error.code === undefined
        ? error.message
        : isOfDisk
          ? `it could not be written: ${error.message}`
          : 'it broke off while it was sent';
    this.#ended(job, 'failed', reason);
    return { kind: isOfDisk ? 'full' : 'refused', reason };
  }

  #next(): void {
    if (this.#running !== null || this.#isClosed) return;
    const job = this.#jobs.find(({ upload }) => upload.state === 'waiting');
    if (job === undefined) return;
    this.#set(job, 'analysing');
    const run = runUpload({ path: job.path, database: this.#database, intent: this.#intent }, (analysed, frames) => {
      job.upload.analysed = analysed;
      job.upload.frames = frames;
      this.#version++;
    });
    this.#running = { job, run };
    void run.outcome.then((outcome) => {
      this.#running = null;
      if (outcome.kind === 'done') {
        job.upload.frames = outcome.frames;
        job.upload.analysed = job.upload.received;
        // The same frames were there: their file proves the alerts.
        if (!outcome.isNew) rmSync(job.path, { force: true });
        this.#ended(job, 'done', outcome.told, false);
      } else this.#ended(job, outcome.kind, outcome.told);
      this.#next();
    });
  }

  #add(job: Job): void {
    this.#jobs.push(job);
    const ended = this.#jobs.findIndex(({ upload }) => ENDED.includes(upload.state));
    if (this.#jobs.length > LISTED_MAX && ended >= 0) this.#jobs.splice(ended, 1);
    this.#version++;
  }

  #set(job: Job, state: UploadState): void {
    job.upload.state = state;
    this.#version++;
  }

  #ended(job: Job, state: UploadState, told: string, isRemoved = true): void {
    if (isRemoved) rmSync(job.path, { force: true });
    job.upload.told = told;
    this.#set(job, state);
  }
}

class TooLargeError extends Error {}
class FullError extends Error {}

/** What a file system takes anywhere: the rest of the name is only shown. */
function fileName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  const kept = base.replace(/[^\w.-]+/g, '_').replace(/^[.-]+/, '');
  return kept.slice(-NAME_MAX) || 'capture';
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
