// Frames and fields of HTTP/2 made by hand, as latin-1 text, for tests.
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
export const SETTINGS = frame(4, 0, 0, '\x00\x03\x00\x00\x00\x64');
/** Whole fields of the static table. */
export const GET = '\x82';
export const POST = '\x83';
export const HTTP = '\x86';
export const OK = '\x88';

export function frame(type: number, flags: number, stream: number, payload: string): string {
  const size = payload.length;
  const head = [size >> 16, (size >> 8) & 0xff, size & 0xff, type, flags, 0, 0, stream >> 8, stream & 0xff];
  return `${String.fromCharCode(...head)}${payload}`;
}

/** A field that is in no table, and goes into none. */
export function field(name: string, value: string): string {
  return `\x00${text(name)}${text(value)}`;
}

/** A field that goes into the table of the connection. */
export function keptField(name: string, value: string): string {
  return `\x40${text(name)}${text(value)}`;
}

export function path(value: string): string {
  return `\x04${text(value)}`;
}

function text(value: string): string {
  return `${String.fromCharCode(value.length)}${value}`;
}
