// Why values differ that do: each was looked at, in the capture and in the specification.
import type { Row } from './row.ts';

export interface Difference {
  readonly row: Row;
  readonly capture: string;
  /** Who alone has the value. */
  readonly side: 'tshark' | 'here';
  readonly value: string;
  /** Empty where nobody knows. */
  readonly why: string;
}

interface Explanation {
  /** Protocol and what of the row; absent: any. */
  readonly row?: RegExp;
  readonly capture: RegExp;
  readonly side: Difference['side'];
  readonly value?: RegExp;
  readonly why: string;
}

const EXPLANATIONS: readonly Explanation[] = [
  {
    row: /^ftp /,
    capture: /ftp-too-long-command/,
    side: 'tshark',
    why: 'tshark shows a command only as far as its segment goes',
  },
  {
    row: /^ftp /,
    capture: /ftp-too-long-command/,
    side: 'here',
    why: 'a command that fills several segments',
  },
];

export function explanationOf({ row, capture, side, value }: Omit<Difference, 'why'>): string {
  const found = EXPLANATIONS.find(
    (known) =>
      known.side === side &&
      (known.row?.test(`${row.protocol} ${row.what}`) ?? true) &&
      known.capture.test(capture) &&
      (known.value?.test(value) ?? true),
  );
  return found?.why ?? '';
}
