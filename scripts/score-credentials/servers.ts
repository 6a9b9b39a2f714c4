// The servers and clients that real logins are recorded with: how each is set up in a folder of its own, and how one logs
// in. Servers listen on 127.0.0.2, clients come from 127.0.0.1.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SERVER = '127.0.0.2';

/** Two users whom the server knows: one with a secret that is listed, one with a strong one. */
export interface Accounts {
  readonly listed: readonly [user: string, secret: string];
  readonly strong: readonly [user: string, secret: string];
}

export interface Mechanism {
  readonly name: string;
  /** Programs it needs; where one is missing, the mechanism is said not to be had here. */
  readonly programs: readonly string[];
  readonly port: number;
  readonly accounts: Accounts;
  /** Whether the protocol tells that a login was refused; where it does not, the outcome is unknown. */
  readonly isRefusalTold?: false;
  /** The server proves the secret of its account to anybody: what is found is that, whatever the client tried. */
  readonly isStoredSecretTold?: true;
  /** The server lets everybody in: whatever is tried is accepted. */
  readonly isAnyAccepted?: true;
  /** The wire allows no test. */
  readonly isUntestable?: true;
  /** Where it passes, and what of it: else the loopback interface, and its port. */
  readonly link?: { readonly name: string; readonly filter: string };
  /** Writes what the server needs; commands that prepare, then the one that serves, and those that clear up. */
  serve(
    folder: string,
    mechanism: Mechanism,
  ): { readonly before?: readonly string[]; readonly command: string; readonly after?: readonly string[] };
  /** A shell command. Whether it succeeds does not matter: the capture is what is looked at. */
  login(user: string, secret: string, mechanism: Mechanism, folder: string): string;
}

export const STRONG = 'Tr0ut-Lantern-58';
/** One maker ships it: a default, not only weak. */
export const OF_A_MAKER: Accounts = { listed: ['admin', 'wago'], strong: ['operator', STRONG] };
export const ACCOUNTS: Accounts = { listed: ['admin', 'admin'], strong: ['operator', STRONG] };
/** Passwords of SNMPv3 have eight characters and more. */
const LONG: Accounts = { listed: ['admin', 'password'], strong: ['operator', STRONG] };

export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function pairs({ listed, strong }: Accounts): readonly (readonly [string, string])[] {
  return [listed, strong];
}

function lighttpd(name: string, port: number, method: string, flags: string): Mechanism {
  return {
    name,
    programs: ['lighttpd', 'curl'],
    port,
    accounts: OF_A_MAKER,
    serve: (folder, { accounts }) => {
      writeFileSync(
        join(folder, 'users'),
        pairs(accounts)
          .map((pair) => `${pair.join(':')}\n`)
          .join(''),
      );
      writeFileSync(join(folder, 'index.html'), 'open\n');
      const requirement = `"method" => "${method}", "realm" => "plant", "require" => "valid-user"`;
      writeFileSync(
        join(folder, 'conf'),
        [
          'server.modules = ("mod_auth", "mod_authn_file")',
          `server.document-root = "${folder}"`,
          `server.bind = "${SERVER}"`,
          `server.port = ${port}`,
          'index-file.names = ("index.html")',
          'auth.backend = "plain"',
          `auth.backend.plain.userfile = "${folder}/users"`,
          `auth.require = ("/" => (${requirement}))`,
        ].join('\n'),
      );
      return { command: `lighttpd -D -f ${folder}/conf` };
    },
    login: (user, secret) => `curl -s ${flags} -u ${quoted(`${user}:${secret}`)} http://${SERVER}:${port}/`,
  };
}

function snmpUsm(name: string, port: number, protocol: string): Mechanism {
  return {
    name,
    programs: ['snmpd', 'snmpget'],
    port,
    accounts: LONG,
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(
        ([user, secret]) => `createUser ${user} ${protocol} "${secret}"\nrouser ${user} auth`,
      );
      writeFileSync(
        join(folder, 'snmpd.conf'),
        `${users.join('\n')}\nsysDescr plc7\nagentAddress udp:${SERVER}:${port}\n`,
      );
      return { command: `SNMP_PERSISTENT_DIR=${folder} snmpd -f -Lf ${folder}/log -C -c ${folder}/snmpd.conf` };
    },
    login: (user, secret) =>
      `snmpget -v3 -r 0 -t 1 -l authNoPriv -u ${user} -a ${protocol} -A ${quoted(secret)} udp:${SERVER}:${port} 1.3.6.1.2.1.1.1.0`,
  };
}

interface DovecotClient {
  readonly program: string;
  login(user: string, secret: string, url: string, port: number): string;
}

function curl(way: string): DovecotClient {
  return {
    program: 'curl',
    login: (user, secret, url) =>
      `curl -s -m 5 --login-options ${quoted(`AUTH=${way}`)} -u ${quoted(`${user}:${secret}`)} ${url}${url.startsWith('imap') ? ' -X NOOP' : ''}`,
  };
}

function gsasl(way: string): DovecotClient {
  return {
    program: 'gsasl',
    login: (user, secret, _url, port) =>
      `gsasl --imap --connect=${SERVER}:${port} --no-starttls -m ${way} -a ${user} -p ${quoted(secret)} --realm plant --hostname plc7 --service imap < /dev/null`,
  };
}

/** USER and PASS, as Python's library sends them. */
const POPLIB: DovecotClient = {
  program: 'python3',
  login: (user, secret, _url, port) =>
    `python3 -c "import poplib, sys; p = poplib.POP3('${SERVER}', ${port}); p.user(sys.argv[1]); p.pass_(sys.argv[2]); p.quit()" ${user} ${quoted(secret)}`,
};

function dovecot(name: string, port: number, service: 'imap' | 'pop3', client: DovecotClient): Mechanism {
  return {
    name,
    programs: ['dovecot', client.program],
    port,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      writeFileSync(
        join(folder, 'users'),
        pairs(accounts)
          .map(([user, secret]) => `${user}:{PLAIN}${secret}\n`)
          .join(''),
      );
      mkdirSync(join(folder, 'mail'));
      chmodSync(join(folder, 'mail'), 0o777);
      writeFileSync(
        join(folder, 'conf'),
        [
          `base_dir = ${folder}/run`,
          `state_dir = ${folder}/state`,
          `log_path = ${folder}/log`,
          `protocols = ${service}`,
          `listen = ${SERVER}`,
          'auth_realms = plant',
          'ssl = no',
          'disable_plaintext_auth = no',
          'auth_failure_delay = 0',
          'auth_mechanisms = plain login cram-md5 digest-md5 apop scram-sha-1 scram-sha-256',
          `mail_location = maildir:${folder}/mail/%u`,
          `passdb {\n driver = passwd-file\n args = username_format=%n ${folder}/users\n}`,
          'userdb {\n driver = static\n args = uid=65534 gid=65534 home=/nonexistent\n}',
          'first_valid_uid = 1',
          `service ${service}-login {\n inet_listener ${service} {\n port = ${port}\n }\n}`,
        ].join('\n'),
      );
      return { command: `dovecot -F -c ${folder}/conf` };
    },
    login: (user, secret) => client.login(user, secret, `${service}://${SERVER}:${port}/`, port),
  };
}

function freeradius(name: string, port: number, attribute: string, told: Partial<Mechanism> = {}): Mechanism {
  return {
    ...told,
    name,
    programs: ['freeradius', 'radclient'],
    port,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(([user, secret]) => `${user} Cleartext-Password := "${secret}"\n`);
      writeFileSync(join(folder, 'users'), users.join(''));
      writeFileSync(join(folder, 'dictionary'), '');
      const ways = ['PAP', 'CHAP', 'MS-CHAP'].map(
        (way) => `Auth-Type ${way} {\n ${way.toLowerCase().replace('-', '')}\n }`,
      );
      writeFileSync(
        join(folder, 'radiusd.conf'),
        [
          'prefix = /usr\nlibdir = /usr/lib/freeradius',
          `logdir = ${folder}\nrun_dir = ${folder}\nraddbdir = ${folder}\npidfile = ${folder}/pid`,
          'security {\n reject_delay = 0\n}',
          `modules {\n pap {\n }\n chap {\n }\n mschap {\n }\n files {\n filename = ${folder}/users\n }\n}`,
          'client lab {\n ipaddr = 127.0.0.1\n secret = Marble-Otter-3\n}',
          `server default {\n listen {\n type = auth\n ipaddr = ${SERVER}\n port = ${port}\n }`,
          ` authorize {\n chap\n mschap\n files\n pap\n }\n authenticate {\n ${ways.join('\n ')}\n }\n}`,
        ].join('\n'),
      );
      return { command: `freeradius -f -l ${folder}/log -d ${folder} -D /usr/share/freeradius` };
    },
    login: (user, secret) =>
      `echo "User-Name=${user},${attribute}=${secret}" | radclient -r 1 -t 1 ${SERVER}:${port} auth Marble-Otter-3`,
  };
}

export const MECHANISMS: readonly Mechanism[] = [
  lighttpd('http-basic', 18_081, 'basic', '--basic'),
  lighttpd('http-digest-md5', 18_082, 'digest', '--digest'),
  {
    name: 'snmp-community',
    programs: ['snmpd', 'snmpget'],
    port: 18_161,
    accounts: { listed: ['', 'public'], strong: ['', STRONG] },
    // RFC 1157 4.1, RFC 1901 2: what is not authentic is dropped; snmpd.conf has no other community.
    isRefusalTold: false,
    serve: (folder, { accounts }) => {
      const communities = pairs(accounts).map(([, secret]) => `rocommunity ${secret} 127.0.0.1`);
      writeFileSync(
        join(folder, 'snmpd.conf'),
        `${communities.join('\n')}\nsysDescr plc7\nagentAddress udp:${SERVER}:18161\n`,
      );
      return { command: `SNMP_PERSISTENT_DIR=${folder} snmpd -f -Lf ${folder}/log -C -c ${folder}/snmpd.conf` };
    },
    login: (_user, secret) => `snmpget -v2c -r 0 -t 1 -c ${quoted(secret)} udp:${SERVER}:18161 1.3.6.1.2.1.1.1.0`,
  },
  snmpUsm('snmp-usm-md5', 18_162, 'MD5'),
  snmpUsm('snmp-usm-sha', 18_163, 'SHA'),
  snmpUsm('snmp-usm-sha256', 18_164, 'SHA-256'),
  {
    name: 'mqtt',
    programs: ['mosquitto', 'mosquitto_passwd', 'mosquitto_pub'],
    port: 18_883,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      writeFileSync(join(folder, 'conf'), `listener 18883 ${SERVER}\npassword_file ${folder}/users\nuser root\n`);
      writeFileSync(join(folder, 'users'), '');
      const add = pairs(accounts).map(
        ([user, secret]) => `mosquitto_passwd -b ${folder}/users ${user} ${quoted(secret)}`,
      );
      return { before: add, command: `mosquitto -c ${folder}/conf` };
    },
    login: (user, secret) => `mosquitto_pub -h ${SERVER} -p 18883 -u ${user} -P ${quoted(secret)} -t t -m x`,
  },
  dovecot('imap-plain', 18_143, 'imap', curl('PLAIN')),
  dovecot('imap-cram-md5', 18_144, 'imap', curl('CRAM-MD5')),
  dovecot('imap-digest-md5', 18_145, 'imap', gsasl('DIGEST-MD5')),
  dovecot('imap-scram-sha-256', 18_146, 'imap', gsasl('SCRAM-SHA-256')),
  dovecot('pop3-user-pass', 18_110, 'pop3', POPLIB),
  dovecot('pop3-apop', 18_111, 'pop3', curl('+APOP')),
  // RFC 2865 5.2: the password is hidden with the secret that client and server share (`client lab` in radiusd.conf), which
  // never passes.
  freeradius('radius-pap', 18_812, 'User-Password', { isUntestable: true }),
  freeradius('radius-chap', 18_813, 'CHAP-Password'),
  freeradius('radius-mschap', 18_814, 'MS-CHAP-Password'),
  {
    name: 'mysql-native',
    programs: ['mariadbd', 'mariadb-install-db', 'mariadb'],
    port: 18_306,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(([user, secret]) => `CREATE USER '${user}'@'%' IDENTIFIED BY '${secret}';`);
      writeFileSync(join(folder, 'users.sql'), `${users.join('\n')}\n`);
      return {
        before: [`mariadb-install-db --no-defaults --user=root --datadir=${folder}/data`],
        command: `mariadbd --no-defaults --user=root --datadir=${folder}/data --socket=${folder}/s --bind-address=${SERVER} --port=18306 --skip-name-resolve --init-file=${folder}/users.sql`,
      };
    },
    login: (user, secret) =>
      `mariadb --no-defaults --skip-ssl -h ${SERVER} -P 18306 -u ${user} -p${quoted(secret)} -e 'select 1'`,
  },
  ...(['md5', 'scram-sha-256'] as const).map((way, index): Mechanism => postgres(way, 18_432 + index)),
  {
    name: 'redis',
    programs: ['redis-server', 'redis-cli'],
    port: 18_379,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(([user, secret]) => `user ${user} on >${secret} ~* +@all`);
      writeFileSync(join(folder, 'conf'), `bind ${SERVER}\nport 18379\ndir ${folder}\nsave ""\n${users.join('\n')}\n`);
      return { command: `redis-server ${folder}/conf` };
    },
    login: (user, secret) =>
      `redis-cli -h ${SERVER} -p 18379 --no-auth-warning --user ${user} --pass ${quoted(secret)} ping`,
  },
  {
    name: 'ldap-simple',
    programs: ['slapd', 'slapadd', 'ldapwhoami'],
    port: 18_389,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      mkdirSync(join(folder, 'data'));
      const entries = pairs(accounts).map(
        ([user, secret]) =>
          `dn: cn=${user},dc=plant\nobjectClass: person\ncn: ${user}\nsn: ${user}\nuserPassword: ${secret}\n`,
      );
      const top = 'dn: dc=plant\nobjectClass: dcObject\nobjectClass: organization\ndc: plant\no: plant\n';
      writeFileSync(join(folder, 'entries.ldif'), [top, ...entries].join('\n'));
      writeFileSync(
        join(folder, 'conf'),
        [
          'include /etc/ldap/schema/core.schema',
          'modulepath /usr/lib/ldap\nmoduleload back_mdb',
          `database mdb\nsuffix "dc=plant"\nrootdn "cn=root,dc=plant"\ndirectory ${folder}/data`,
          'access to * by anonymous auth by * read\n',
        ].join('\n'),
      );
      return {
        before: [`slapadd -f ${folder}/conf -l ${folder}/entries.ldif`],
        command: `slapd -d 0 -f ${folder}/conf -h ldap://${SERVER}:18389/`,
      };
    },
    login: (user, secret) => `ldapwhoami -x -H ldap://${SERVER}:18389 -D cn=${user},dc=plant -w ${quoted(secret)}`,
  },
  // RAKP message 2 carries an HMAC under the secret that stands in lan.conf for that user, before the client has proved
  // anything (IPMI 2.0 13.21). ipmitool compares it with its own and, where they differ, sends nothing more: in the capture
  // of a wrong login message 2 is the last frame. So there is no refusal to be told, and what is found is the server's.
  ipmi('ipmi-rakp-sha1', 18_623, '-I lanplus -C 3', { isRefusalTold: false, isStoredSecretTold: true }),
  // lan.conf allows MD5 alone. ipmi_sim drops a message whose authentication code is not right, without an answer: in the
  // capture of a wrong login Activate Session is the last frame.
  ipmi('ipmi-1.5-md5', 18_624, '-I lan -A MD5', { isRefusalTold: false }),
  samba(),
  telnet(),
  vnc(),
];

function postgres(way: 'md5' | 'scram-sha-256', port: number): Mechanism {
  const as = 'setpriv --reuid=65534 --regid=65534 --clear-groups';
  const bin = '/usr/lib/postgresql/15/bin';
  return {
    name: `postgres-${way}`,
    programs: [`${bin}/initdb`, 'psql', 'setpriv'],
    port,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      mkdirSync(join(folder, 'data'));
      const users = pairs(accounts).map(([user, secret]) => `create role ${user} login password '${secret}';\n`);
      writeFileSync(join(folder, 'users.sql'), `set password_encryption = '${way}';\n${users.join('')}`);
      return {
        before: [
          `chown -R 65534 ${folder}`,
          `${as} ${bin}/initdb -D ${folder}/data -U postgres -A trust`,
          `${as} ${bin}/postgres --single -D ${folder}/data -j postgres < /dev/null`,
          `${as} sh -c '${bin}/postgres --single -D ${folder}/data postgres < ${folder}/users.sql'`,
          `echo 'host all all all ${way}' > ${folder}/data/pg_hba.conf`,
        ],
        command: `${as} ${bin}/postgres -D ${folder}/data -h ${SERVER} -p ${port} -k ${folder} -c password_encryption=${way}`,
      };
    },
    login: (user, secret) =>
      `PGPASSWORD=${quoted(secret)} psql 'host=${SERVER} port=${port} user=${user} dbname=postgres sslmode=disable gssencmode=disable' -c 'select 1'`,
  };
}

function ipmi(name: string, port: number, flags: string, told: Partial<Mechanism>): Mechanism {
  return {
    ...told,
    name,
    programs: ['ipmi_sim', 'ipmitool'],
    port,
    // At most sixteen characters.
    accounts: { listed: ['admin', 'admin'], strong: ['operator', STRONG.slice(0, 16)] },
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(
        ([user, secret], index) => `user ${index + 2} true "${user}" "${secret}" admin 10 none md2 md5 straight`,
      );
      writeFileSync(
        join(folder, 'lan.conf'),
        [
          'name "plc7"',
          'set_working_mc 0x20',
          ` startlan 1\n  addr ${SERVER} ${port}\n  priv_limit admin`,
          '  allowed_auths_user md5\n  allowed_auths_admin md5',
          '  guid a123456789abcdefa123456789abcdef\n endlan',
          ...users,
          '',
        ].join('\n'),
      );
      writeFileSync(
        join(folder, 'emu'),
        'mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\nmc_enable 0x20\n',
      );
      return { command: `ipmi_sim -n -c ${folder}/lan.conf -f ${folder}/emu -s ${folder}` };
    },
    login: (user, secret) =>
      `ipmitool ${flags} -R 1 -N 1 -H ${SERVER} -p ${port} -U ${user} -P ${quoted(secret)} mc guid`,
  };
}

function samba(): Mechanism {
  return {
    name: 'smb-ntlmv2',
    programs: ['smbd', 'smbpasswd', 'smbclient'],
    port: 18_445,
    // Of users that the system has.
    accounts: { listed: ['root', 'root'], strong: ['daemon', STRONG] },
    serve: (folder, { accounts }) => {
      const directories = ['lock', 'state', 'cache', 'pid', 'private', 'ncalrpc'].map((name) => {
        mkdirSync(join(folder, name));
        return `${name === 'ncalrpc' || name === 'private' ? `${name} dir` : `${name} directory`} = ${folder}/${name}`;
      });
      writeFileSync(
        join(folder, 'conf'),
        [
          '[global]',
          ...directories,
          `log file = ${folder}/log`,
          'netbios name = PLC7\nworkgroup = PLANT',
          `interfaces = ${SERVER}/8`,
          'bind interfaces only = yes',
          'smb ports = 18445',
          'disable netbios = yes\nserver role = standalone server\nload printers = no',
          `[share]\npath = ${folder}\n`,
        ].join('\n'),
      );
      const add = pairs(accounts).map(
        ([user, secret]) =>
          `printf '%s\\n%s\\n' ${quoted(secret)} ${quoted(secret)} | smbpasswd -c ${folder}/conf -s -a ${user}`,
      );
      return { before: add, command: `smbd -F --no-process-group -s ${folder}/conf` };
    },
    login: (user, secret, _mechanism, folder) =>
      `smbclient -s ${folder}/conf -p 18445 //${SERVER}/share -U ${quoted(`${user}%${secret}`)} -c quit`,
  };
}

function telnet(): Mechanism {
  return {
    name: 'telnet',
    programs: ['telnetd', 'telnet', 'python3'],
    port: 18_023,
    accounts: OF_A_MAKER,
    serve: (folder, { accounts }) => {
      const known = pairs(accounts).map(([user, secret]) => quoted(`${user}:${secret}`));
      writeFileSync(
        join(folder, 'login.sh'),
        [
          '#!/bin/sh',
          "printf 'plc7 login: '; read user",
          "stty -echo; printf 'Password: '; read secret; stty echo; echo",
          `for pair in ${known.join(' ')}; do`,
          '  if [ "$user:$secret" = "$pair" ]; then printf "Welcome to plc7\\n$ "; read line; exit 0; fi',
          'done',
          'echo "Login incorrect"',
          'sleep 0.2\n',
        ].join('\n'),
      );
      chmodSync(join(folder, 'login.sh'), 0o755);
      writeFileSync(
        join(folder, 'serve.py'),
        [
          'import socket, subprocess',
          's = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)',
          `s.bind(("${SERVER}", 18023)); s.listen()`,
          'while True:',
          '    c, _ = s.accept()',
          `    subprocess.Popen(["telnetd", "-h", "-E", "${folder}/login.sh"], stdin=c, stdout=c, stderr=subprocess.DEVNULL)`,
          '    c.close()\n',
        ].join('\n'),
      );
      return { command: `python3 ${folder}/serve.py` };
    },
    login: (user, secret) =>
      `(sleep 1; echo ${user}; sleep 0.7; echo ${quoted(secret)}; sleep 1; echo exit; sleep 0.5) | telnet ${SERVER} 18023`,
  };
}

function vnc(): Mechanism {
  return {
    name: 'vnc',
    programs: ['Xtigervnc', 'vncpasswd', 'xtigervncviewer'],
    port: 18_590,
    // One password for all: the strong one is served on the next display, see main.ts.
    accounts: { listed: ['', 'admin'], strong: ['', 'Tr0ut-58'] },
    serve: (folder, { accounts }) => {
      writeFileSync(join(folder, 'both'), `${accounts.listed[1]}\n`);
      const add = pairs(accounts).map(
        ([, secret], index) => `printf '%s\\n' ${quoted(secret)} | vncpasswd -f > ${folder}/p${index}`,
      );
      const server = (index: number): string =>
        `Xtigervnc :${77 + index} -rfbport ${18_590 + index} -interface ${SERVER} -SecurityTypes VncAuth -PasswordFile ${folder}/p${index} -desktop plc7 -geometry 64x64 -depth 16 -BlacklistThreshold 100`;
      return { before: add, command: `sh -c '${server(0)} & exec ${server(1)}'` };
    },
    login: (_user, secret, { accounts }, folder) => {
      const port = secret === accounts.strong[1] ? 18_591 : 18_590;
      return `printf '%s\\n' ${quoted(secret)} | vncpasswd -f > ${folder}/try; DISPLAY=:77 timeout 2 xtigervncviewer -SecurityTypes VncAuth -passwd ${folder}/try ${SERVER}::${port}`;
    },
  };
}
