// The account that runs the program, as logs name it.
import { userInfo } from 'node:os';
import { showable } from '../bytes/text.ts';

export function accountName(): string {
  try {
    return showable(userInfo().username);
  } catch {
    // An account without a name, as in some containers.
    return `user ${process.getuid?.() ?? 0}`;
  }
}
