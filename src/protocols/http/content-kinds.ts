// What a Content-Type says of a body, as far as it matters whether a body may log in or describe a device.
import { ascii } from './messages.ts';
import { beginsWithWord, wordAt } from './text-in-bytes.ts';

export const ContentKind = {
  /** Nothing to be looked into. */
  other: 0,
  /** A form, JSON, plain text, or unnamed: the content tells. */
  form: 1,
  multipart: 2,
  xml: 3,
  page: 4,
  /** Pictures, events or another protocol, without end: no file. */
  stream: 5,
} as const;

const MULTIPART = ascii('multipart/form-data');
const STREAMS = [
  'multipart/x-mixed-replace',
  'text/event-stream',
  'application/x-rtsp-tunnelled',
  'application/grpc',
].map(ascii);
const PAGE = ascii('text/html');
const XML = ascii('xml');
const FORMS = ['application/x-www-form-urlencoded', 'text/plain', 'text/javascript'].map(ascii);
const JSON_WORD = ascii('json');

/** Of the value of Content-Type. */
export function contentKind(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return ContentKind.form;
  if (beginsWithWord(bytes, start, end, PAGE)) return ContentKind.page;
  if (beginsWithWord(bytes, start, end, MULTIPART)) return ContentKind.multipart;
  for (const word of STREAMS) if (beginsWithWord(bytes, start, end, word)) return ContentKind.stream;
  const stop = Math.min(end, start + 64);
  if (wordAt(bytes, start, stop, XML) >= 0) return ContentKind.xml;
  if (wordAt(bytes, start, stop, JSON_WORD) >= 0) return ContentKind.form;
  for (const word of FORMS) if (beginsWithWord(bytes, start, end, word)) return ContentKind.form;
  return ContentKind.other;
}
