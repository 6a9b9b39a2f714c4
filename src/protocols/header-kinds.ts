// Names the kinds of messages with a start line (RTSP, SIP): the method of a request, the status of an answer.

/** The statuses that both have the specifications in common (RFC 2326 11, RFC 3261 21), with those of one. */
const STATUSES = [
  ...[100, 180, 181, 182, 183, 200, 202, 250, 300, 301, 302, 303, 304, 305, 380],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 410, 411, 412, 413, 414, 415, 416, 420, 421, 423],
  ...[451, 453, 454, 455, 457, 459, 460, 461, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 491, 493],
  ...[500, 501, 502, 503, 504, 505, 513, 551, 600, 603, 604, 606],
];

export function headerKinds(methods: readonly string[]): readonly string[] {
  return [...methods, ...STATUSES.map(statusKind)];
}

export function statusKind(status: number): string {
  return `status ${status}`;
}
