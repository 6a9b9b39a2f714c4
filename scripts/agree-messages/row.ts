// One protocol of the comparison by kinds of messages: which of tshark's fields say what a message is, in the words that
// `tellKinds` of our decoder uses.
import type { Fields } from '../agree-facts/row.ts';

/** A kind, and what else of the message both decoders show. */
export type Kind = readonly [kind: string, detail: string];

export interface MessageRow {
  readonly protocol: string;
  /** tshark's name of the layer, as `frame.protocols` lists it. */
  readonly layer: string;
  readonly fields: readonly string[];
  /** The messages of one frame, in their order. `stack`: the names of its layers. */
  readonly theirs: (fields: Fields, stack: readonly string[]) => readonly Kind[];
}

/** A protocol of which one field says the kind of each message. */
export function kindRow(
  protocol: string,
  layer: string,
  field: string,
  kind: (value: number) => string,
  detail?: string,
  spelled: (value: number) => string = String,
): MessageRow {
  return {
    protocol,
    layer,
    fields: detail === undefined ? [field] : [field, detail],
    theirs: (fields) => {
      const details = detail === undefined ? [] : fields(detail);
      return fields(field).map((value, index): Kind => {
        const said = details[index];
        return [kind(Number(value)), said === undefined ? '' : spelled(Number(said))];
      });
    },
  };
}

/** Each value of a field is a message, or begins one. */
export function each(fields: Fields, name: string, kind: (value: string) => string): Kind[] {
  return fields(name).map((value): Kind => [kind(value), '']);
}

/** For `each`, of a field that is a number. */
export const byNumber =
  (kind: (value: number) => string) =>
  (value: string): string =>
    kind(Number(value));

export const isTrue = (value: string | undefined): boolean => value === '1' || value === 'True';
