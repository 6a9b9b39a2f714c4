// What an SSDP message says of its sender, as claims and traits.
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { FIELDS, Kind, type Field, type SsdpMessage } from './parse.ts';

/** What a maker's software says of itself. */
const TRUST = 0.7;
/** Placeholders that some devices send where a name belongs. */
const SAYS_NOTHING = /^(?:unspecified|unknown|custom|none)?$/i;
/** `urn:schemas-upnp-org:device:MediaRenderer:1`: what kind of device it offers to be. */
const DEVICE_TYPE = /^urn:[^:]+:device:([^:]+):\d+/;

/** Search: who looks for what. Notify and response: what the sender is and offers. Each thing is told once (`isNew`). */
export function tellOfSender(
  message: SsdpMessage,
  bytes: Uint8Array,
  context: MessageContext,
  isNew: (what: string) => boolean,
): void {
  const host = context.fromClient ? context.client : context.server;
  const value = (field: Field): string => {
    const index = FIELDS.indexOf(field);
    return printable(bytes, message.starts[index]!, message.ends[index]!);
  };
  const { timeUs, frame, sink } = context;
  const claim = (attribute: ClaimAttribute, text: string, source: string, trust = TRUST): void => {
    if (SAYS_NOTHING.test(text) || !isNew(`${attribute} ${text}`)) return;
    sink.claim({ fact: 'claim', timeUs, frame, host, unit: -1, attribute, value: text, source, trust });
  };
  const trait = (name: string, text: string): void => {
    if (text === '' || !isNew(`${name} ${text}`)) return;
    sink.trait({ fact: 'trait', timeUs, frame, host, trait: name, value: text });
  };
  if (message.kind === Kind.search) {
    trait('ssdp-search', value('st'));
    trait('ssdp-user-agent', value('user-agent'));
    return;
  }
  const server = value('server');
  trait('ssdp-server', server);
  // UPnP Device Architecture 2.0, clause 1.2.2: `OS/version UPnP/2.0 product/version`; some put commas between, or leave the system out.
  const [system, product] = server.split(/(?:^|,?\s+)UPnP\/[\d.]+,?\s*/i);
  if (product !== undefined) {
    claim('operating-system', (system ?? '').replace(/,$/, ''), 'ssdp server');
    claim('application', product, 'ssdp server');
  }
  claim('url', value('location'), 'ssdp location', 0.5);
  const offered = value(message.kind === Kind.notify ? 'nt' : 'st');
  const type = DEVICE_TYPE.exec(offered)?.[1];
  if (type !== undefined) claim('service', `upnp ${type}`, 'ssdp');
  trait('ssdp-device', /^uuid:[^:]+/i.exec(value('usn'))?.[0] ?? '');
}
