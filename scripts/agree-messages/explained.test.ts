// The rules that explain differences, on made-up frames: each says what it claims and nothing beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disagreement, Message } from './compare.ts';
import { explanationOf } from './explained.ts';
import type { TheirFrame } from './theirs.ts';
import { CaptureView } from './view.ts';

interface MadeFrame {
  readonly stack: string;
  readonly fields?: Readonly<Record<string, string>>;
}

function view(
  frames: readonly MadeFrame[],
  theirs: readonly Message[] = [],
  ours: readonly Message[] = [],
): CaptureView {
  const made = new Map<number, TheirFrame>();
  for (const [index, { stack, fields = {} }] of frames.entries()) {
    const value = (name: string): readonly string[] => (fields[name] === undefined ? [] : [fields[name]]);
    made.set(index + 1, { stack: stack.split(':'), fields: value });
  }
  return new CaptureView('made.pcap', ours, { messages: theirs, frames: made, framesOf: () => new Set() });
}

function message(frame: number, protocol: string, kind: string): Message {
  return { frame, protocol, kind, detail: '' };
}

function differs(side: Disagreement['side'], frame: number, protocol: string, kind: string): Disagreement {
  return { ...message(frame, protocol, kind), side, ours: '' };
}

test('a message in a closed tunnel is explained by its name, but not where we found something in the frame', () => {
  const frames = [{ stack: 'eth:ethertype:macsec:ethertype:ip:udp:dns' }];
  const difference = differs('tshark', 1, 'dns', 'query');
  assert.match(explanationOf(difference, view(frames)), /not opened: macsec$/);
  assert.equal(explanationOf(difference, view(frames, [], [message(1, 'dns', 'query')])), '');
  assert.equal(explanationOf(differs('tshark', 1, 'dns', 'query'), view([{ stack: 'eth:ip:udp:dns' }])), '');
});

test('a cut frame is one of which less is there than there was', () => {
  const cut = { stack: 'eth:ip:udp:dns', fields: { 'frame.cap_len': '96', 'frame.len': '266' } };
  const whole = { stack: 'eth:ip:udp:dns', fields: { 'frame.cap_len': '266', 'frame.len': '266' } };
  assert.match(explanationOf(differs('tshark', 1, 'dns', 'query'), view([cut])), /has cut/);
  assert.equal(explanationOf(differs('tshark', 1, 'dns', 'query'), view([whole])), '');
});

test('a line of a reply stands beside one with the same code, with nothing of the other side between them', () => {
  const server = { 'tcp.stream': '0', 'tcp.srcport': '21' };
  const client = { 'tcp.stream': '0', 'tcp.srcport': '50000' };
  const frames = [
    { stack: 'eth:ip:tcp:ftp', fields: server },
    { stack: 'eth:ip:tcp:ftp', fields: client },
    { stack: 'eth:ip:tcp:ftp', fields: server },
  ];
  const difference = differs('tshark', 3, 'ftp', 'reply 220');
  const greeting = message(1, 'ftp', 'reply 220');
  assert.match(explanationOf(difference, view(frames, [greeting])), /several lines/);
  assert.equal(explanationOf(difference, view(frames, [greeting, message(2, 'ftp', 'USER')])), '');
  assert.equal(explanationOf(differs('tshark', 3, 'ftp', 'reply 230'), view(frames, [greeting])), '');
});

test('an answer within AUTH is one until another command was given', () => {
  const client = { 'tcp.stream': '0', 'tcp.srcport': '50000' };
  const frames = [1, 2, 3].map(() => ({ stack: 'eth:ip:tcp:pop', fields: client }));
  const difference = differs('tshark', 3, 'pop3', 'other command');
  assert.match(explanationOf(difference, view(frames, [message(1, 'pop3', 'AUTH')])), /exchange of AUTH/);
  const later = [message(1, 'pop3', 'AUTH'), message(2, 'pop3', 'STAT')];
  assert.equal(explanationOf(difference, view(frames, later)), '');
});
