// What we read of a capture: the files that are carved out of it, and the conversations and logins that say why a file of
// tshark is none here.
import { HostTable } from '../../src/flow/hosts.ts';
import { protocols } from '../../src/protocols/index.ts';
import { deafSink, readFacts } from '../real-captures.ts';
import { EXPORTED, carriedFile, type CarriedFile } from './files.ts';

export interface OurFile extends CarriedFile {
  readonly carrier: string;
  /** Of its conversation: see `endpointsKey`. */
  readonly key: string;
  readonly isComplete: boolean;
  /** Numbers of the frames that brought its first and its last piece. */
  readonly firstFrame: number;
  readonly lastFrame: number;
}

export interface OurConversation {
  /** See `endpointsKey`. */
  readonly key: string;
  /** Name of what is spoken by content, '' where that is not known. */
  readonly protocol: string;
  readonly isWhole: boolean;
}

export interface OurReading {
  readonly files: readonly OurFile[];
  /** Of TCP and UDP. */
  readonly conversations: readonly OurConversation[];
  /** Frames in which somebody logged in by what a request's body says. */
  readonly loginFrames: ReadonlySet<number>;
}

/** The same for both directions of a conversation. */
export function endpointsKey(one: string, onePort: number, other: string, otherPort: number): string {
  return [`${one} ${onePort}`, `${other} ${otherPort}`].sort().join(' ');
}

export async function ourReading(path: string): Promise<OurReading> {
  const hosts = new HostTable();
  const files: OurFile[] = [];
  const conversations: OurConversation[] = [];
  const loginFrames = new Set<number>();
  const open = new Map<string, { pieces: Buffer[]; key: string; firstFrame: number }>();
  const keys = new Map<number, string>();
  const sink = deafSink({
    transfer: ({ protocol, phase, transfer, flow, bytes, name, frame, carrier, isComplete }) => {
      if (!(protocol in EXPORTED)) return;
      if (phase === 'begun') open.set(transfer, { pieces: [], key: keys.get(flow) ?? '', firstFrame: frame });
      const file = open.get(transfer);
      if (file === undefined) return;
      if (phase === 'piece') file.pieces.push(Buffer.from(bytes));
      if (phase !== 'ended') return;
      open.delete(transfer);
      const content = Buffer.concat(file.pieces);
      // tshark exports no empty ones.
      if (content.length === 0) return;
      const { key, firstFrame } = file;
      files.push({ ...carriedFile(protocol, name, content), carrier, key, isComplete, firstFrame, lastFrame: frame });
    },
    conversation: ({
      phase,
      flow,
      client,
      server,
      clientPort,
      serverPort,
      transport,
      protocol,
      gaps,
      isSeenFromStart,
    }) => {
      if (transport !== 'tcp' && transport !== 'udp') return;
      const key = endpointsKey(hosts.address(client), clientPort, hosts.address(server), serverPort);
      keys.set(flow, key);
      if (phase !== 'closed') return;
      conversations.push({
        key,
        protocol: protocols[protocol]?.name ?? '',
        isWhole: isSeenFromStart && gaps === 0,
      });
    },
    login: ({ frame, protocol }) => {
      if (protocol === 'http') loginFrames.add(frame);
    },
  });
  await readFacts(path, sink, protocols, { hosts });
  return { files, conversations, loginFrames };
}
