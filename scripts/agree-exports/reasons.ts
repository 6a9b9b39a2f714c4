// Why a file is on one side only. Each reason is a rule that looks at the capture again, with both programs; what no rule
// explains is a fault of one of them.
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { unmatched, type CarriedFile } from './files.ts';
import type { OurFile, OurReading } from './ours.ts';
import type { TheirMessage } from './theirs.ts';

/** What the rules may ask of a capture; each is made when it is asked for first. */
export interface Evidence {
  readonly ours: OurReading;
  readonly theirs: readonly CarriedFile[];
  readonly unmatchedOurs: readonly OurFile[];
  readonly unmatchedTheirs: readonly CarriedFile[];
  readonly inOrder: () => readonly CarriedFile[];
  readonly ofTunnels: () => readonly CarriedFile[];
  readonly messages: () => readonly TheirMessage[];
  readonly http2Bodies: () => Promise<readonly Buffer[]>;
  readonly stream: (frame: number) => readonly Buffer[];
  readonly pipeNames: () => ReadonlySet<string>;
}

export interface Reason<F extends CarriedFile> {
  readonly why: string;
  /** How the rule knows. */
  readonly check: string;
  readonly protocols: readonly string[];
  holds(file: F, evidence: Evidence): boolean | Promise<boolean>;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const MULTIPART = 'http multipart';

/** Of what tshark alone has. */
export const THEIRS: readonly Reason<CarriedFile>[] = [
  {
    why: 'the opening of HTTP/2, taken for a body by tshark',
    check: 'it begins with the preface of RFC 9113, 3.4',
    protocols: ['http'],
    holds: ({ bytes }) => bytes.subarray(0, PREFACE.length).equals(PREFACE),
  },
  {
    why: 'a form or token that logs in, which is no file here',
    check: 'a login is told here of each frame that tshark has it in',
    protocols: ['http'],
    holds: (file, { ours, messages }) => isEvery(carrying(file, messages), ({ frame }) => ours.loginFrames.has(frame)),
  },
  {
    why: 'a form with files, of which each file is one here',
    check: 'it holds the bytes of each such file that only we have and that came in its frame',
    protocols: ['http'],
    holds: (file, { unmatchedOurs, messages }) => {
      const frames = new Set(carrying(file, messages).map(({ frame }) => frame));
      const parts = unmatchedOurs.filter(({ carrier, lastFrame }) => carrier === MULTIPART && frames.has(lastFrame));
      return parts.length > 0 && parts.every(({ bytes }) => file.bytes.includes(bytes));
    },
  },
  {
    why: 'inside a link or tunnel that is not opened here',
    check:
      'no conversation of these addresses and ports is seen here, and tshark shows more below it than Ethernet, VLAN and IP',
    protocols: ['http'],
    holds: (file, { ours, messages }) => {
      const keys = new Set(ours.conversations.map(({ key }) => key));
      return isEvery(carrying(file, messages), ({ key, isPlain }) => !isPlain && !keys.has(key));
    },
  },
  {
    why: 'another protocol, which tshark takes for HTTP by its port, or counts as HTTP (SSDP)',
    check: 'the conversation is recognised here as another protocol by its content',
    protocols: ['http'],
    holds: (file, { ours, messages }) =>
      isEvery(carrying(file, messages), (message) => {
        const spoken = ours.conversations.filter(({ key }) => key === message.key).map(({ protocol }) => protocol);
        return spoken.length > 0 && spoken.every((protocol) => protocol !== '' && protocol !== 'http');
      }),
  },
  {
    why: 'the end of a message whose head the capture does not hold',
    check:
      'tshark shows neither request line nor status line in it, and the conversation has a gap, or was joined in the middle',
    protocols: ['http'],
    holds: (file, { ours, messages }) =>
      isEvery(carrying(file, messages), (message) => {
        const same = ours.conversations.filter(({ key }) => key === message.key);
        return !message.hasHead && same.length > 0 && same.some(({ isWhole }) => !isWhole);
      }),
  },
  {
    why: 'a message whose head tells two lengths: the last one for tshark, the first one here, and what follows',
    check: 'tshark shows two values of Content-Length in a head of this conversation',
    protocols: ['http'],
    holds: (file, { messages }) => {
      const all = messages();
      return isEvery(carrying(file, messages), ({ key }) => hasTwoLengths(all, key));
    },
  },
  {
    why: 'a named pipe, which is no file here',
    check: 'tshark shows the name opened on the share IPC$',
    protocols: ['smb'],
    holds: ({ name }, { pipeNames }) => pipeNames().has(decoded(name).replace(/^\\/, '')),
  },
  {
    why: 'pieces put together over a hole, whose size nobody knows; here the file ends at the hole',
    check: 'it begins with the bytes of an incomplete file that only we have',
    protocols: ['ftp', 'http'],
    holds: (file, { unmatchedOurs }) => unmatchedOurs.some((ours) => isBeginningOf(ours, file)),
  },
];

/** Of what we alone have. */
export const OURS: readonly Reason<OurFile>[] = [
  {
    why: 'what stands before a hole, whose size nobody knows; tshark goes on behind it',
    check: 'it is told incomplete here, and a file that only tshark has begins with it',
    protocols: ['ftp', 'http'],
    holds: (file, { unmatchedTheirs }) => unmatchedTheirs.some((theirs) => isBeginningOf(file, theirs)),
  },
  {
    why: 'frames or segments that stand in the capture out of order, which tshark passes over',
    check: 'tshark exports it when the frames are put into the order of their times and it may order segments',
    protocols: ['ftp', 'http', 'tftp', 'smb'],
    holds: (file, { inOrder, theirs }) =>
      unmatched(inOrder(), theirs).theirs.some(
        ({ sha1, protocol }) => sha1 === file.sha1 && protocol === file.protocol,
      ),
  },
  {
    why: 'inside Teredo, which tshark opens only when told to',
    check: 'tshark exports it when it may look for Teredo',
    protocols: ['http'],
    holds: (file, { ofTunnels, theirs }) =>
      unmatched(ofTunnels(), theirs).theirs.some(({ sha1, protocol }) => sha1 === file.sha1 && protocol === 'http'),
  },
  {
    why: 'a file of a form',
    check: 'its bytes stand in a body that tshark alone has',
    protocols: ['http'],
    holds: ({ carrier, bytes }, { unmatchedTheirs }) =>
      carrier === MULTIPART && unmatchedTheirs.some((file) => file.bytes.includes(bytes)),
  },
  {
    why: 'a body of HTTP/2, which tshark shows and does not export',
    check: 'the DATA frames of one stream, as tshark shows them, are its bytes, their coding taken off',
    protocols: ['http'],
    holds: async ({ bytes }, { http2Bodies }) =>
      (await http2Bodies()).some((body) => body.equals(bytes) || plain(body)?.equals(bytes) === true),
  },
  {
    why: 'a message whose head tells two lengths: the last one for tshark, the first one here, and what follows',
    check: 'tshark shows two values of Content-Length in a head of this conversation',
    protocols: ['http'],
    holds: ({ key, firstFrame, bytes }, { messages, stream, unmatchedTheirs }) => {
      const isInStream = stream(firstFrame).some((side) => side.includes(bytes));
      const isShared = unmatchedTheirs.some((file) => file.bytes.includes(bytes));
      return isInStream && isShared && hasTwoLengths(messages(), key);
    },
  },
  {
    why: 'the same bytes once more: a second transfer, a second connection, another VLAN',
    check: 'tshark exports these bytes, and each of ours came in frames of its own',
    protocols: ['ftp', 'http', 'smb'],
    holds: (file, { ours, theirs }) => {
      const alike = ours.files.filter(({ sha1, protocol }) => sha1 === file.sha1 && protocol === file.protocol);
      const places = new Set(alike.map(({ firstFrame }) => firstFrame));
      return alike.length > 1 && places.size === alike.length && theirs.some(({ sha1 }) => sha1 === file.sha1);
    },
  },
  {
    why: 'a name with a slash, which tshark does not write',
    check: 'the stream of its data conversation, as tshark follows it, is these bytes and no others',
    protocols: ['ftp'],
    holds: ({ name, bytes, firstFrame }, { stream }) =>
      name.includes('/') && stream(firstFrame).some((side) => side.equals(bytes)),
  },
  {
    why: 'a body that the capture cuts off, or of which it lacks pieces; tshark exports whole ones',
    check: 'it is told incomplete here, and the stream, as tshark follows it without what is missing, ends with it',
    protocols: ['http'],
    holds: ({ isComplete, bytes, firstFrame }, { stream }) =>
      !isComplete && stream(firstFrame).some((side) => side.subarray(-bytes.length).equals(bytes)),
  },
];

/** The first rule that holds; null: nothing explains it. */
export async function reasonOf<F extends CarriedFile>(
  file: F,
  reasons: readonly Reason<F>[],
  evidence: Evidence,
): Promise<Reason<F> | null> {
  for (const reason of reasons)
    if (reason.protocols.includes(file.protocol) && (await reason.holds(file, evidence))) return reason;
  return null;
}

/** Where tshark shows these bytes; or the frame whose number is the name, where it shows none. */
function carrying(file: CarriedFile, messages: Evidence['messages']): readonly TheirMessage[] {
  return messages().filter(({ sha1, frame }) => sha1 === file.sha1 || (sha1 === '' && file.name === `object${frame}`));
}

/** Nothing is not every one. */
function isEvery<T>(list: readonly T[], holds: (one: T) => boolean): boolean {
  return list.length > 0 && list.every(holds);
}

function hasTwoLengths(messages: readonly TheirMessage[], conversation: string): boolean {
  return messages.some(({ key, lengths }) => key === conversation && lengths > 1);
}

function isBeginningOf(ours: OurFile, theirs: CarriedFile): boolean {
  const { length } = ours.bytes;
  return !ours.isComplete && ours.protocol === theirs.protocol && theirs.bytes.subarray(0, length).equals(ours.bytes);
}

/** `%5csvcctl(1)` is the second `\svcctl`. */
function decoded(name: string): string {
  const bare = name.replace(/\(\d+\)$/, '');
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

function plain(body: Buffer): Buffer | null {
  for (const take of [gunzipSync, inflateSync, inflateRawSync]) {
    try {
      return take(body);
    } catch {
      continue;
    }
  }
  return null;
}
