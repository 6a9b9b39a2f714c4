// What heads say of those who send them: software, realms, challenges. Each is told once in a conversation.
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { authParameters } from '../digest.ts';
import { showable } from '../../bytes/text.ts';
import { base64Bytes } from './base64.ts';
import { deviceName } from './device-names.ts';
import type { Conversation } from './exchanges.ts';
import type { Head } from './head.ts';
import { ascii } from './messages.ts';
import { NtlmType, ntlmMessage } from './ntlm-messages.ts';
import { beginsWithWord } from './text-in-bytes.ts';

/** So many different things are told of one conversation. */
const TOLD_MAX = 64;
const NTLM = ascii('ntlm ');
const NEGOTIATE = ascii('negotiate ');

export function trait(
  conversation: Conversation,
  context: MessageContext,
  host: number,
  name: string,
  value: string,
): void {
  if (value === '' || !isNew(conversation, `${name} ${value}`)) return;
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host, trait: name, value });
}

export function isNew(conversation: Conversation, text: string): boolean {
  const { told } = conversation;
  if (told.size >= TOLD_MAX || told.has(text)) return false;
  told.add(text);
  return true;
}

export function tellOfClient(conversation: Conversation, head: Head, bytes: Uint8Array, context: MessageContext): void {
  if (head.has('user-agent')) {
    trait(conversation, context, context.client, 'user-agent', head.text(bytes, 'user-agent'));
  }
}

export function tellOfServer(conversation: Conversation, head: Head, bytes: Uint8Array, context: MessageContext): void {
  if (head.has('server')) {
    const value = head.text(bytes, 'server');
    if (isNew(conversation, `server ${value}`)) {
      claim(context, context.server, -1, 'application', value, 'http server', Trust.selfDeclared);
    }
  }
  if (head.has('www-authenticate')) {
    tellOfChallenge(conversation, head, bytes, context);
  }
}

/** RFC 9110 11.6.1. */
function tellOfChallenge(conversation: Conversation, head: Head, bytes: Uint8Array, context: MessageContext): void {
  const start = head.start('www-authenticate');
  const end = head.end('www-authenticate');
  const isNtlm = beginsWithWord(bytes, start, end, NTLM);
  if (isNtlm || beginsWithWord(bytes, start, end, NEGOTIATE)) {
    const message = ntlmMessage(base64Bytes(bytes, start + (isNtlm ? NTLM : NEGOTIATE).length, end));
    if (message?.type === NtlmType.challenge) conversation.challenge = message.bytes;
    return;
  }
  let at = start;
  while (at < end && bytes[at]! > 0x20) at++;
  const realm = authParameters(bytes, at, end).get('realm');
  if (realm === undefined) return;
  const shown = showable(Buffer.from(realm, 'latin1').toString('utf8').toWellFormed());
  trait(conversation, context, context.server, 'http-realm', shown);
  const model = deviceName(shown);
  if (model !== '' && isNew(conversation, `model ${model}`)) {
    claim(context, context.server, -1, 'model', model, 'http realm', Trust.hint);
  }
}
