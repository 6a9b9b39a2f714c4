// What makes credential-auditor speak, and the quiet twins.
import type { Login } from '../../facts/facts.ts';
import type { Rehearsal } from '../rehearsal.ts';

export interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

/** A login in clear with this secret; accepted unless told. */
export function clear(secret: string, change: Partial<Login> = {}): Partial<Login> {
  return {
    mechanism: 'clear',
    user: 'operator7',
    outcome: 'accepted',
    test: (candidate) => candidate === secret,
    // Equal where secrets are, and not the secret.
    keyedHash: (key) => `${key.length} ${Array.from(new TextEncoder().encode(secret)).join(' ')}`,
    ...change,
  };
}

/** A response to a challenge, which may be recomputed later. */
export function challenge(secret: string, change: Partial<Login> = {}): Partial<Login> {
  const login: Partial<Login> & { keyedHash?: Login['keyedHash'] } = clear(secret, {
    mechanism: 'http-digest',
    ...change,
  });
  delete login.keyedHash;
  return { ...login, mayWait: true };
}

const WAGO = { host: 2, attribute: 'vendor', value: 'WAGO Kontakttechnik', source: 'modbus 43/14' } as const;

export const FIRES: readonly Case[] = [
  {
    kind: 'credential-auditor/default-credential',
    what: 'a controller’s own default is accepted',
    play: (rehearsal) => {
      rehearsal.claim(WAGO);
      rehearsal.login(clear('wago', { user: 'admin', protocol: 'http' }));
    },
    severity: 'critical',
    says: /192\.0\.2\.1 logged in to 192\.0\.2\.2 by http as a\*\*\*: it used a credential that was recognised \(it passed in clear.*WAGO ships with .*row \d+ of the table.*it was accepted/,
  },
  {
    kind: 'credential-auditor/default-credential',
    what: 'the same behind a challenge, and nobody knows whether it was accepted',
    play: (rehearsal) => {
      rehearsal.claim(WAGO);
      rehearsal.login(challenge('wago', { user: 'admin', protocol: 'http', outcome: 'unknown' }));
      rehearsal.handlers.end?.(1);
    },
    severity: 'high',
    says: /its response to the challenge was recomputed.*not known/,
  },
  {
    kind: 'credential-auditor/default-credential',
    what: 'the same behind a challenge, after a flood of refused logins of other users that were meant to hide it',
    play: (rehearsal) => {
      rehearsal.claim(WAGO);
      for (let user = 0; user < 70_000; user++)
        rehearsal.login(challenge('Xq7#longer', { user: `nobody ${user}`, protocol: 'http', outcome: 'refused' }));
      rehearsal.login(challenge('wago', { user: 'admin', protocol: 'http', outcome: 'accepted' }));
      rehearsal.handlers.end?.(1);
    },
    severity: 'critical',
    says: /its response to the challenge was recomputed.*it was accepted/,
  },
  {
    kind: 'credential-auditor/hard-coded-account',
    what: 'the account for the maker’s service',
    play: (rehearsal) => rehearsal.login(clear('23m!sd$', { user: 'fwupgrade', protocol: 'telnet' })),
    severity: 'critical',
    says: /Schneider Electric ships .*though the maker of this device is not known; it was accepted/,
  },
  {
    kind: 'credential-auditor/hard-coded-account',
    what: 'the account for the maker’s service at another maker’s device',
    play: (rehearsal) => {
      rehearsal.claim({ ...WAGO, value: 'Acme Motors' });
      rehearsal.login(clear('23m!sd$', { user: 'fwupgrade', protocol: 'telnet' }));
    },
    severity: 'high',
    says: /Schneider Electric ships .*though this device is of Acme Motors/,
  },
  {
    kind: 'credential-auditor/hard-coded-account',
    what: 'a built-in account whose password is its name, and nobody knows whose device it is',
    play: (rehearsal) => rehearsal.login(clear('ntpupdate', { user: 'ntpupdate', protocol: 'ftp' })),
    severity: 'high',
    says: /though the maker of this device is not known/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'a known default that is the name of its user, and nobody knows whose device it is',
    play: (rehearsal) => rehearsal.login(clear('cisco', { user: 'cisco', protocol: 'ppp' })),
    severity: 'high',
    says: /it is the one that Cisco ships with router \(row \d+ of the table of default credentials\), though the maker of this device is not known; it was accepted/,
  },
  {
    kind: 'credential-auditor/default-credential',
    what: 'a known default that nobody guesses, and nobody knows whose device it is: it is milder',
    play: (rehearsal) => rehearsal.login(clear('wago', { user: 'admin', protocol: 'http' })),
    severity: 'high',
    says: /WAGO ships with .*though the maker of this device is not known; it was accepted/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'one maker’s known default at another maker’s device, and nobody knows whether it was accepted',
    play: (rehearsal) => {
      rehearsal.claim({ ...WAGO, value: 'Acme Motors' });
      rehearsal.login(clear('cisco', { user: 'cisco', protocol: 'ppp', outcome: 'unknown' }));
    },
    severity: 'medium',
    says: /Cisco ships with router .*though this device is of Acme Motors/,
  },
  {
    kind: 'credential-auditor/default-credential',
    what: 'the same at a device of that maker',
    play: (rehearsal) => {
      rehearsal.claim({ ...WAGO, value: 'Cisco Systems, Inc' });
      rehearsal.login(clear('cisco', { user: 'cisco', protocol: 'ppp' }));
    },
    severity: 'critical',
    says: /Cisco ships with router \(row \d+ of the table of default credentials\); it was accepted/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'a password that is the user’s name',
    play: (rehearsal) => rehearsal.login(clear('operator7')),
    severity: 'high',
    says: /the password is the user’s name/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'the community every scanner tries',
    play: (rehearsal) => rehearsal.login(clear('public', { user: '', protocol: 'snmp', mechanism: 'snmp-community' })),
    says: /tried everywhere/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'the community every scanner tries, on three devices: one alert',
    play: (rehearsal) => {
      for (const server of [2, 3, 4])
        rehearsal.login(clear('public', { server, user: '', protocol: 'snmp', mechanism: 'snmp-community' }));
      const parties = rehearsal.raised.filter(({ kind }) => kind.endsWith('weak-credential'));
      if (parties.some(({ subject }) => subject.host !== 2)) throw new Error('it is not one alert');
      rehearsal.raised.splice(0, rehearsal.raised.length, parties.at(-1)!);
    },
    severity: 'medium',
    says: /3 devices are asked with a community that is guessed first .*192\.0\.2\.2, 192\.0\.2\.3, 192\.0\.2\.4\./,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'an account with its domain in front, whose name is the password',
    play: (rehearsal) => rehearsal.login(clear('Operator7', { user: 'PLANT\\Operator7' })),
    says: /the password is the user’s name/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'a weak account at a server of the Internet is milder',
    play: (rehearsal) => rehearsal.login(clear('operator7', { server: 8 })),
    severity: 'medium',
    says: /the server is one of the Internet/,
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'a password that is the product’s name',
    play: (rehearsal) => {
      rehearsal.claim({ host: 2, attribute: 'model', value: 'Boilermaster 3000' });
      rehearsal.login(clear('boilermaster'));
    },
    says: /name of the maker or the product/,
  },
  {
    kind: 'credential-auditor/default-credential-tried',
    what: 'a default that was refused',
    play: (rehearsal) => rehearsal.login(clear('admin', { user: 'admin', outcome: 'refused' })),
    severity: 'low',
    says: /tried a credential, and was refused/,
  },
  {
    kind: 'credential-auditor/anonymous-access',
    what: 'a broker that lets anybody in',
    play: (rehearsal) => rehearsal.login({ mechanism: 'anonymous', user: '', outcome: 'accepted', protocol: 'mqtt' }),
    severity: 'medium',
    says: /was let in without a password/,
  },
  {
    kind: 'credential-auditor/anonymous-access',
    what: 'a session of Windows as nobody, which it opens by itself, on one server after the other',
    play: (rehearsal) => {
      for (const server of [2, 3])
        rehearsal.login({ mechanism: 'ntlm-anonymous', user: '', outcome: 'accepted', protocol: 'smb', server });
      rehearsal.raised.shift();
    },
    severity: 'info',
    says: /2 devices let in who says no name \(ntlm-anonymous\) by smb: 192\.0\.2\.2, 192\.0\.2\.3\. The last login/,
  },
  {
    kind: 'credential-auditor/anonymous-access',
    what: 'the user of a file server who is nobody, whatever the password',
    play: (rehearsal) => rehearsal.login(clear('guest@', { user: 'anonymous', protocol: 'ftp' })),
    severity: 'medium',
    says: /by ftp as a\*\*\*: it was let in without a password/,
  },
  {
    kind: 'credential-auditor/clear-text-login',
    what: 'a good password in clear',
    play: (rehearsal) => rehearsal.login(clear('correct horse battery')),
    severity: 'low',
    says: /it sent a password in clear\.$/,
  },
  {
    kind: 'credential-auditor/same-secret',
    what: 'three devices with one password',
    play: (rehearsal) => {
      for (const server of [2, 3, 4]) rehearsal.login(clear('correct horse battery', { server }));
    },
    says: /3 devices accept the same password: 192\.0\.2\.2, 192\.0\.2\.3, 192\.0\.2\.4/,
  },
  {
    kind: 'credential-auditor/credential-changed',
    what: 'another password of the same user',
    play: (rehearsal) => {
      rehearsal.login(clear('correct horse battery'));
      rehearsal.login(clear('staple seven gravity'));
    },
    says: /was let in with another password than before/,
  },
];

export const QUIET: readonly Case[] = [
  {
    kind: 'credential-auditor/default-credential',
    what: 'another maker’s device, whose password happens to be WAGO’s default',
    play: (rehearsal) => {
      rehearsal.claim({ ...WAGO, value: 'Acme Motors' });
      rehearsal.login(challenge('factorycast@schneider', { user: 'nobody' }));
      rehearsal.handlers.end?.(1);
    },
  },
  {
    kind: 'credential-auditor/hard-coded-account',
    what: 'the user of a built-in account with a password of his own',
    play: (rehearsal) => rehearsal.login(challenge('xK3#9vv!2', { user: 'fwupgrade', protocol: 'telnet' })),
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'the user of a known default with a password of his own',
    play: (rehearsal) => rehearsal.login(challenge('xK3#9vv!2', { user: 'cisco', protocol: 'ppp' })),
  },
  {
    kind: 'credential-auditor/weak-credential',
    what: 'a long password behind a challenge',
    play: (rehearsal) => rehearsal.login(challenge('correct horse battery')),
  },
  {
    kind: 'credential-auditor/default-credential-tried',
    what: 'a mistyped password, and a program that asks without one first',
    play: (rehearsal) => {
      rehearsal.login(clear('corect horse batery', { outcome: 'refused' }));
      rehearsal.login(challenge('', { outcome: 'refused' }));
    },
  },
  {
    kind: 'credential-auditor/anonymous-access',
    what: 'an anonymous login that was refused, and one that cannot be tested',
    play: (rehearsal) => {
      rehearsal.login({ mechanism: 'anonymous', user: '', outcome: 'refused' });
      rehearsal.login({ mechanism: 'ssh-password', user: '', outcome: 'accepted' });
    },
  },
  {
    kind: 'credential-auditor/clear-text-login',
    what: 'a digest',
    play: (rehearsal) => rehearsal.login(challenge('correct horse battery')),
  },
  {
    kind: 'credential-auditor/same-secret',
    what: 'one device with many clients, two devices with one password, refused attempts on many',
    play: (rehearsal) => {
      const refused = { outcome: 'refused' } as const;
      for (const server of [2, 3, 4, 5]) rehearsal.login(clear('correct horse battery', { server, ...refused }));
    },
  },
  {
    kind: 'credential-auditor/credential-changed',
    what: 'the same password again, and another one that was refused',
    play: (rehearsal) => {
      rehearsal.login(challenge('correct horse battery'));
      rehearsal.login(challenge('wrong horse battery', { outcome: 'refused' }));
      rehearsal.login(challenge('correct horse battery'));
    },
  },
];
