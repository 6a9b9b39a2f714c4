// The shapes of items that the API lists: conversations, modules, protocols.
import { FLAG, NUMBER, SEVERITY, TEXT, TEXTS, TIME, listOf, orNull, shape } from './shapes.ts';

export const CONVERSATION = shape({
  protocol: orNull(TEXT),
  transport: TEXT,
  client: TEXT,
  clientSegment: TEXT,
  clientAsset: orNull(TEXT),
  clientPort: NUMBER,
  server: TEXT,
  serverSegment: TEXT,
  serverAsset: orNull(TEXT),
  serverPort: NUMBER,
  first: TIME,
  last: TIME,
  clientPackets: NUMBER,
  serverPackets: NUMBER,
  clientBytes: NUMBER,
  serverBytes: NUMBER,
  gaps: NUMBER,
  seenFromStart: FLAG,
  answered: FLAG,
});
const KIND = shape({
  kind: TEXT,
  title: TEXT,
  severity: SEVERITY,
  why: TEXT,
  advice: TEXT,
  falsePositives: TEXTS,
  techniques: TEXTS,
  quietSeconds: NUMBER,
});
export const MODULE = shape({ name: TEXT, title: TEXT, purpose: TEXT, kinds: listOf(KIND) });
export const PROTOCOL = shape({ name: TEXT, title: TEXT, family: TEXT, summary: TEXT });
