// Which names of form fields stand for a user, and which for a password.

/** What a field's name says. */
export const FieldKind = { other: 0, user: 1, password: 2, newPassword: 3, network: 4 } as const;

/** Names that mean a user however they are wrapped (`j_username`, `user[login]`), the surest first. */
const USER_WORDS: readonly (readonly string[])[] = [
  ['username', 'userid', 'user', 'usr', 'uname', 'usernm', 'benutzer', 'benutzername'],
  ['login', 'loginname', 'logon', 'account', 'acc', 'email', 'mail', 'log'],
  ['name', 'id', 'uid'],
];
const PASSWORD_WORDS = new Set(['password', 'passwd', 'passwort', 'passphrase', 'pass', 'pwd', 'psw', 'psd', 'pswd']);
/** These mean a password only beside a user. */
const CODE_WORDS = new Set(['pin', 'pincode', 'passcode', 'code', 'pw', 'secret', 'p']);
const NEW = /new|confirm|repeat|retype|verify|again|old|current/;
/** Beside these a password is that of a wireless network. */
const NETWORK = /^(?:ssid|essid|bssid|psk|wpa_?psk|wpa_?key|wep_?key|network_?key|wifi.*|wlan.*)$/;

export interface FieldMeaning {
  readonly kind: number;
  /** The lower the surer. */
  readonly rank: number;
}

/** `name` in any case. */
export function meaningOf(name: string): FieldMeaning {
  const lowered = name.toLowerCase();
  if (NETWORK.test(lowered)) return { kind: FieldKind.network, rank: 0 };
  // `data[User][password]`, `form:password`, `user.password`, `j_password`: the last word counts, else the whole.
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const joined = words.join('');
  const password = passwordRank(last, joined);
  if (password >= 0) return { kind: NEW.test(joined) ? FieldKind.newPassword : FieldKind.password, rank: password };
  for (let rank = 0; rank < USER_WORDS.length; rank++) {
    for (const word of USER_WORDS[rank]!) {
      if (last === word || joined === word) return { kind: FieldKind.user, rank };
      if (rank === 0 && word.length > 3 && joined.endsWith(word)) return { kind: FieldKind.user, rank };
    }
  }
  return { kind: FieldKind.other, rank: 0 };
}

function passwordRank(last: string, joined: string): number {
  if (PASSWORD_WORDS.has(last) || PASSWORD_WORDS.has(joined)) return 0;
  if (/(?:password|passwd|passwort|pwd)$/.test(joined)) return 0;
  return CODE_WORDS.has(last) ? 1 : -1;
}
