// Names the kinds of messages of the handshake of RFB (RFC 6143 7.1 to 7.3): behind it nothing is read.

/** By the number of the step in which a side is. */
const OF_SERVER = [
  'version',
  'security types',
  '',
  'challenge',
  '',
  'security result',
  'server init',
  '',
  'exchange',
  '',
];
const OF_CLIENT = ['version', '', 'security choice', '', 'response', '', 'client init', '', '', 'sealed login'];

export const MESSAGE_KINDS: readonly string[] = [
  ...OF_SERVER.flatMap((_, step) => stepKind(step, false) || []),
  ...OF_CLIENT.flatMap((_, step) => stepKind(step, true) || []),
];

/** Empty: in this step the side says nothing that is read. */
export function stepKind(step: number, fromClient: boolean): string {
  const name = (fromClient ? OF_CLIENT : OF_SERVER)[step] ?? '';
  return name === 'version' ? `version of the ${fromClient ? 'client' : 'server'}` : name;
}
