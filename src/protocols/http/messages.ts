// The words of HTTP that are looked at: methods, header fields, reasons of refusal, and the rules whose breach is told.

/** Methods by number, from 1 on (RFC 9110 9.3, RFC 5789; the rest: WebDAV, RFC 4918 and 3253, and UPnP's eventing). */
export const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'NOTIFY',
  'REPORT',
  'SEARCH',
  'PRI',
] as const;

export const METHOD_BYTES = METHODS.map((name) => Uint8Array.from(Buffer.from(name)));

export const Method = {
  /** A token that is in no list, or a request that was not seen. */
  other: 0,
  get: 1,
  head: 2,
  post: 3,
  put: 4,
  delete: 5,
  connect: 6,
  patch: 9,
  mkcol: 12,
  copy: 13,
  move: 14,
  /** Connection preface of HTTP/2 (RFC 9113 3.4). */
  pri: 22,
} as const;

export function methodName(method: number): string {
  return METHODS[method - 1] ?? 'other method';
}

/** The header fields that are read, in lower case; their place is their number. */
export const FIELDS = [
  'content-length',
  'transfer-encoding',
  'content-encoding',
  'content-type',
  'content-disposition',
  'content-range',
  'user-agent',
  'server',
  'authorization',
  'proxy-authorization',
  'www-authenticate',
  'proxy-authenticate',
  'set-cookie',
  'location',
  'upgrade',
  'sec-websocket-protocol',
  'expect',
  'soapaction',
] as const;
export type FieldName = (typeof FIELDS)[number];

export const Field = Object.freeze(Object.fromEntries(FIELDS.map((name, index) => [name, index]))) as Readonly<
  Record<FieldName, number>
>;

/** RFC 9110 15.5 and 15.6: what a refused operation is told as. */
const REASONS: Readonly<Record<number, string | undefined>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export function statusName(status: number): string {
  const reason = REASONS[status];
  return reason === undefined ? `status ${status}` : `${status} ${reason}`;
}

/** A form that is longer logs nobody in. */
export const FORM_BYTES_MAX = 65_536;

/** Rules of the specification whose breach is told. */
export const RULES = {
  'start-line-invalid': 'no start line where a message has to begin',
  'head-too-long': 'a head of more than 64 KiB',
  'header-without-colon': 'a header line without a colon',
  'content-length-invalid': 'Content-Length is no number, or two of them differ',
  'length-and-coding': 'Content-Length and Transfer-Encoding in one message',
  'coding-unknown': 'a transfer coding other than chunked, or chunked is not the last',
  'chunk-size-invalid': 'no size where a chunk has to begin',
  'chunk-end-missing': 'no line end behind a chunk',
  'frame-invalid': 'a frame of HTTP/2 where it may not be, or with lengths that do not fit',
  'field-block-invalid': 'a head of HTTP/2 that its table of fields does not explain',
} as const;
export type Rule = keyof typeof RULES;

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
