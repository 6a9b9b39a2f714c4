// Gathers the fields of one form, and says whether they log somebody in. Names are text; values stay bytes.
import { printable } from '../../bytes/text.ts';
import { SECRET_BYTES_MAX, type LoginAttempt } from '../open-logins.ts';
import { FieldKind, meaningOf } from './field-names.ts';

const FIELDS_MAX = 256;
const NAME_CHARACTERS_MAX = 96;

export class FoundLogin {
  #user = '';
  #userRank = 9;
  #secret: Uint8Array | null = null;
  #secretRank = 9;
  #hasNetwork = false;
  #hasNewPassword = false;
  #fields = 0;
  /** Where the secret stands in the form, as it is written there. */
  secretStart = 0;
  secretEnd = 0;

  /** `value`, which stands at start..end of the form, belongs to this from now on. */
  field(name: string, value: Uint8Array, start: number, end: number): void {
    if (++this.#fields > FIELDS_MAX || name.length > NAME_CHARACTERS_MAX) {
      value.fill(0);
      return;
    }
    const { kind, rank } = meaningOf(name);
    if (kind === FieldKind.user && rank < this.#userRank && value.length > 0) {
      this.#userRank = rank;
      this.#user = printable(value, 0, value.length);
    } else if (kind === FieldKind.password && rank < this.#secretRank && value.length > 0) {
      this.#secret?.fill(0);
      this.#secretRank = rank;
      this.#secret = value;
      this.secretStart = start;
      this.secretEnd = end;
      return;
    } else if (kind === FieldKind.network) this.#hasNetwork = true;
    else if (kind === FieldKind.newPassword) this.#hasNewPassword = true;
    value.fill(0);
  }

  /** The fields hold something that nobody but the server is to see. */
  get hasSecret(): boolean {
    const isCode = this.#secretRank > 0 && this.#userRank > 1;
    return (this.#secret !== null && !isCode) || this.#hasNetwork || this.#hasNewPassword;
  }

  /** Null where nobody logs in: the secret is overwritten then. */
  attempt(mechanism: string): LoginAttempt | null {
    const secret = this.#secret;
    if (secret === null) return null;
    const isCodeAlone = this.#secretRank > 0 && this.#userRank > 1;
    if (this.#hasNetwork || this.#hasNewPassword || isCodeAlone) {
      secret.fill(0);
      return null;
    }
    if (secret.length <= SECRET_BYTES_MAX) return { mechanism, user: this.#user, secret };
    secret.fill(0);
    return { mechanism, user: this.#user, secret: null };
  }
}
