// What pages and descriptions say of the server that hands them out: the title of its page, its UPnP device description
// (UPnP Device Architecture 2.0, clause 2.3).
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { deviceName } from './device-names.ts';
import type { Conversation } from './exchanges.ts';
import { trait } from './facts.ts';
import { ascii } from './messages.ts';
import { wordAt } from './text-in-bytes.ts';
import { contentOf, elementOf } from './xml.ts';

const TITLE = ascii('title');
const TITLE_CHARACTERS_MAX = 128;
const DEVICE_NAMESPACE = ascii('urn:schemas-upnp-org:device-1-0');
const DEVICE = ascii('device');
const DEVICE_LIST = ascii('devicelist');
const SOURCE = 'upnp description';

const DESCRIBED: readonly (readonly [Uint8Array, ClaimAttribute])[] = [
  [ascii('manufacturer'), 'vendor'],
  [ascii('modelname'), 'model'],
  [ascii('modelnumber'), 'product-code'],
  [ascii('serialnumber'), 'serial'],
  [ascii('friendlyname'), 'name'],
  [ascii('firmwareversion'), 'firmware'],
  [ascii('softwareversion'), 'firmware'],
  [ascii('hardwareversion'), 'hardware'],
];
const UDN = ascii('udn');
const DEVICE_TYPE = ascii('devicetype');
/** `urn:schemas-upnp-org:device:MediaRenderer:1`. */
const KIND_OF_DEVICE = /:device:([A-Za-z0-9_.-]{1,64}):/;

export function tellOfPage(conversation: Conversation, bytes: Uint8Array, context: MessageContext): void {
  const found = elementOf(bytes, 0, bytes.length, TITLE);
  if (found === null) return;
  const content = contentOf(bytes, found.start, found.end);
  const title = printable(content, 0, content.length, TITLE_CHARACTERS_MAX).replace(/(?:\\x0d|\\x0a|\\x09| )+/g, ' ');
  trait(conversation, context, context.server, 'http-title', title);
  const model = deviceName(title);
  if (model !== '' && conversation.told.isNew(context.server, `model ${model}`)) {
    claim(context, context.server, -1, 'model', model, 'http title', Trust.hint);
  }
}

/** The root device alone: those embedded in it are parts of the same host. */
export function tellOfDescription(conversation: Conversation, bytes: Uint8Array, context: MessageContext): void {
  if (wordAt(bytes, 0, Math.min(bytes.length, 2048), DEVICE_NAMESPACE) < 0) return;
  const device = elementOf(bytes, 0, bytes.length, DEVICE);
  if (device === null) return;
  const list = elementOf(bytes, device.start, bytes.length, DEVICE_LIST);
  const end = list === null ? bytes.length : list.start;
  const valueOf = (name: Uint8Array): string => {
    const found = elementOf(bytes, device.start, end, name);
    if (found === null) return '';
    const content = contentOf(bytes, found.start, found.end);
    return printable(content, 0, content.length);
  };
  for (const [name, attribute] of DESCRIBED) tellOnce(conversation, attribute, valueOf(name), context);
  const kind = KIND_OF_DEVICE.exec(valueOf(DEVICE_TYPE))?.[1];
  if (kind !== undefined) tellOnce(conversation, 'service', `upnp ${kind}`, context);
  trait(conversation, context, context.server, 'upnp-udn', valueOf(UDN));
}

function tellOnce(conversation: Conversation, attribute: ClaimAttribute, value: string, context: MessageContext): void {
  if (value === '' || !conversation.told.isNew(context.server, `${SOURCE} ${attribute} ${value}`)) return;
  claim(context, context.server, -1, attribute, value, SOURCE, Trust.selfDeclared);
}
