// Runs the real pipeline over a capture and lets every decoder name the messages that it is handed.
import { frameOf } from '../../src/facts/frame-reference.ts';
import type { KindSink, MessageContext, Protocol } from '../../src/facts/protocol.ts';
import type { FactSink } from '../../src/facts/facts.ts';
import { protocols } from '../../src/protocols/index.ts';
import { readFacts } from '../real-captures.ts';
import { arpMessages } from './arp.ts';
import type { Message } from './compare.ts';

export async function ourMessages(path: string, sink: FactSink): Promise<Message[]> {
  const messages: Message[] = [];
  const heard = protocols.map((protocol) =>
    listened(protocol, (name, context) => {
      const frame = frameOf(context.frame);
      return (kind, detail = '', carried = name) => messages.push({ frame, protocol: carried, kind, detail });
    }),
  );
  if (await readFacts(path, sink, heard)) messages.push(...(await arpMessages(path)));
  return messages;
}

/** The same protocol, whose decoder names each message before it decodes it. */
export function listened(
  protocol: Protocol,
  sinkOf: (protocol: string, context: MessageContext) => KindSink,
): Protocol {
  return {
    ...protocol,
    start: (index) => {
      const decoder = protocol.start(index);
      const decode = decoder.decode.bind(decoder);
      decoder.decode = (bytes, start, end, context) => {
        decoder.tellKinds?.(bytes, start, end, context, sinkOf(protocol.name, context));
        decode(bytes, start, end, context);
      };
      return decoder;
    },
  };
}
