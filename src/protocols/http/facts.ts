// What heads say of those who send them: software, realms, challenges. Each is told once of a host.
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { authParameters } from '../digest.ts';
import type { NtlmExchanges } from '../ntlm.ts';
import { showable } from '../../bytes/text.ts';
import { base64Beginning } from '../../bytes/base64.ts';
import { deviceName } from './device-names.ts';
import type { Conversation } from './exchanges.ts';
import type { Head } from './head.ts';
import { ascii } from './messages.ts';
import { beginsWithWord } from './text-in-bytes.ts';

const NTLM = ascii('ntlm ');
const NEGOTIATE = ascii('negotiate ');

export function trait(
  conversation: Conversation,
  context: MessageContext,
  host: number,
  name: string,
  value: string,
): void {
  if (value === '' || !conversation.told.isNew(host, `${name} ${value}`)) return;
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host, trait: name, value });
}

export function tellOfClient(conversation: Conversation, head: Head, bytes: Uint8Array, context: MessageContext): void {
  if (head.has('user-agent')) {
    trait(conversation, context, context.client, 'user-agent', head.text(bytes, 'user-agent'));
  }
}

export function tellOfServer(
  conversation: Conversation,
  head: Head,
  bytes: Uint8Array,
  context: MessageContext,
  ntlm: NtlmExchanges,
): void {
  if (head.has('server')) {
    const value = head.text(bytes, 'server');
    if (conversation.told.isNew(context.server, `server ${value}`)) {
      claim(context, context.server, -1, 'application', value, 'http server', Trust.selfDeclared);
    }
  }
  if (head.has('www-authenticate')) {
    tellOfChallenge(conversation, head, bytes, context, ntlm);
  }
}

/** RFC 9110 11.6.1. */
function tellOfChallenge(
  conversation: Conversation,
  head: Head,
  bytes: Uint8Array,
  context: MessageContext,
  ntlm: NtlmExchanges,
): void {
  const start = head.start('www-authenticate');
  const end = head.end('www-authenticate');
  const isNtlm = beginsWithWord(bytes, start, end, NTLM);
  if (isNtlm || beginsWithWord(bytes, start, end, NEGOTIATE)) {
    const token = base64Beginning(bytes, start + (isNtlm ? NTLM : NEGOTIATE).length, end);
    ntlm.read(context, context.flow, token, 0, token.length);
    return;
  }
  let at = start;
  while (at < end && bytes[at]! > 0x20) at++;
  const realm = authParameters(bytes, at, end).get('realm');
  if (realm === undefined) return;
  const shown = showable(Buffer.from(realm, 'latin1').toString('utf8').toWellFormed());
  trait(conversation, context, context.server, 'http-realm', shown);
  const model = deviceName(shown);
  if (model !== '' && conversation.told.isNew(context.server, `model ${model}`)) {
    claim(context, context.server, -1, 'model', model, 'http realm', Trust.hint);
  }
}
