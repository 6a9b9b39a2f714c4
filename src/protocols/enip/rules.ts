// Rules that a message can break, by the names under which they are told.
export const RULES = [
  'header-too-short',
  'length-mismatch',
  'options-not-zero',
  'status-unknown',
  'command-unknown',
  'register-too-short',
  'version-unknown',
  'items-too-short',
  'item-cut-short',
  'item-missing',
  'message-missing',
  'message-too-short',
  'status-cut-short',
  'path-cut-short',
  'path-segment-invalid',
  'embedded-size-invalid',
  'service-count-invalid',
  'service-offset-invalid',
  'nesting-too-deep',
  'pccc-too-short',
  'io-malformed',
] as const;

export type Rule = (typeof RULES)[number];
