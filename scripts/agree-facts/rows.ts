// What is compared: for each protocol the facts whose content tshark shows as well.
import { LINK_ROWS } from './rows-link.ts';
import { LOGIN_ROWS } from './rows-logins.ts';
import { NAME_ROWS } from './rows-names.ts';
import { REQUEST_ROWS } from './rows-requests.ts';
import { TELNET_ROWS } from './rows-telnet.ts';
import { TEXT_ROWS } from './rows-texts.ts';
import type { Row } from './row.ts';

export const ROWS: readonly Row[] = [
  ...LINK_ROWS,
  ...NAME_ROWS,
  ...LOGIN_ROWS,
  ...REQUEST_ROWS,
  ...TEXT_ROWS,
  ...TELNET_ROWS,
];
