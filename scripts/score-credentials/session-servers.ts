// Servers of files, terminals, cameras, telephones and tickets that real logins are recorded with. Those that ask the
// system for its users see users of their own: the files of users are replaced in a name space of mounts that is theirs.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, OF_A_MAKER, SERVER, pairs, quoted, type Accounts, type Mechanism } from './servers.ts';

const NOBODY = 65_534;
const KAMAILIO_MODULES = '/usr/lib/x86_64-linux-gnu/kamailio/modules/';
/** Debian's own, which has the bindings of GStreamer. */
const PYTHON = '/usr/bin/python3';

export const SESSION_MECHANISMS: readonly Mechanism[] = [
  ftp(),
  ssh(),
  rtsp('basic', 18_553),
  rtsp('digest', 18_555),
  sip(),
  kerberos(),
  rdp(),
];

/** The command with the accounts as the users of the system, and nobody else but whom the servers need. */
function withOwnUsers(folder: string, accounts: Accounts, command: string): string {
  const hashed = pairs(accounts).map(([user, secret]) => {
    const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: `${secret}\n`, encoding: 'utf8' }).trim();
    return [user, hash] as const;
  });
  const users = hashed.map(([user], index) => `${user}:x:${1500 + index}:${NOBODY}::/tmp:/bin/sh`);
  const others = ['root:x:0:0::/root:/bin/sh', `nobody:x:${NOBODY}:${NOBODY}::/:/usr/sbin/nologin`];
  const service = ['ftp', 'sshd'].map((user, index) => `${user}:x:${1600 + index}:${NOBODY}::/:/usr/sbin/nologin`);
  writeFileSync(join(folder, 'passwd'), `${[...others, ...service, ...users].join('\n')}\n`);
  const shadow = [['root', '*'], ...hashed].map(([user, hash]) => `${user}:${hash}:19000:0:99999:7:::\n`);
  writeFileSync(join(folder, 'shadow'), shadow.join(''), { mode: 0o600 });
  const mounts = ['passwd', 'shadow'].map((name) => `mount --bind ${folder}/${name} /etc/${name}`);
  return `unshare -m sh -c '${mounts.join(' && ')} && exec ${command}'`;
}

function ftp(): Mechanism {
  return {
    name: 'ftp',
    programs: ['vsftpd', 'unshare', 'openssl', 'curl'],
    port: 18_021,
    accounts: OF_A_MAKER,
    serve: (folder, { accounts }) => {
      mkdirSync(join(folder, 'empty'));
      const settings = [
        `listen=YES\nlisten_address=${SERVER}\nlisten_port=18021\nbackground=NO`,
        'local_enable=YES\nanonymous_enable=NO\nxferlog_enable=NO\nseccomp_sandbox=NO',
        `secure_chroot_dir=${folder}/empty\n`,
      ];
      writeFileSync(join(folder, 'conf'), settings.join('\n'));
      return { command: withOwnUsers(folder, accounts, `vsftpd ${folder}/conf`) };
    },
    login: (user, secret) =>
      `curl -s -m 5 -u ${quoted(`${user}:${secret}`)} -Q PWD ftp://${SERVER}:18021/ -o /dev/null`,
  };
}

/** The password passes encrypted: nothing can be tested, and what came of it follows from sizes. */
function ssh(): Mechanism {
  return {
    name: 'ssh',
    programs: ['/usr/sbin/sshd', 'ssh', 'sshpass', 'ssh-keygen', 'unshare', 'openssl'],
    port: 18_022,
    accounts: ACCOUNTS,
    isUntestable: true,
    serve: (folder, { accounts }) => {
      const settings = [
        `ListenAddress ${SERVER}\nPort 18022\nHostKey ${folder}/key\nPidFile none\nStrictModes no`,
        'UsePAM no\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n',
      ];
      writeFileSync(join(folder, 'conf'), settings.join('\n'));
      return {
        before: [`ssh-keygen -q -t ed25519 -N '' -f ${folder}/key`, 'mkdir -p /run/sshd'],
        command: withOwnUsers(folder, accounts, `/usr/sbin/sshd -D -f ${folder}/conf`),
      };
    },
    login: (user, secret) => {
      const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'PubkeyAuthentication=no'];
      const words = [...options, 'NumberOfPasswordPrompts=1'].map((option) => `-o ${option}`);
      return `sshpass -p ${quoted(secret)} ssh ${words.join(' ')} -p 18022 ${user}@${SERVER} uptime`;
    },
  };
}

/** GStreamer's server, which cameras use as well. */
function rtsp(way: 'basic' | 'digest', port: number): Mechanism {
  return {
    name: `rtsp-${way}`,
    programs: [PYTHON, 'ffprobe'],
    port,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      const basic = `auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, secret), token)`;
      writeFileSync(
        join(folder, 'serve.py'),
        [
          'import gi, sys',
          "for name in ('Gst', 'GstRtspServer', 'GstRtsp'): gi.require_version(name, '1.0')",
          'from gi.repository import Gst, GstRtspServer, GLib, GstRtsp',
          'Gst.init(None)',
          'server = GstRtspServer.RTSPServer()',
          `server.set_address('${SERVER}'); server.set_service('${port}')`,
          'auth = GstRtspServer.RTSPAuth()',
          `auth.set_supported_methods(GstRtsp.RTSPAuthMethod.${way.toUpperCase()})`,
          'for pair in sys.argv[1:]:',
          "    user, secret = pair.split(':', 1)",
          "    token = GstRtspServer.RTSPToken(); token.set_string('media.factory.role', 'viewer')",
          `    ${way === 'basic' ? basic : 'auth.add_digest(user, secret, token)'}`,
          'server.set_auth(auth)',
          'factory = GstRtspServer.RTSPMediaFactory()',
          "factory.set_launch('( videotestsrc is-live=1 ! jpegenc ! rtpjpegpay name=pay0 )')",
          'rights = GstRtspServer.RTSPPermissions()',
          "for right in ('access', 'construct'): rights.add_permission_for_role('viewer', 'media.factory.' + right, True)",
          'factory.set_permissions(rights)',
          "server.get_mount_points().add_factory('/camera', factory)",
          'server.attach(None); GLib.MainLoop().run()\n',
        ].join('\n'),
      );
      const known = pairs(accounts).map((pair) => quoted(pair.join(':')));
      return { command: `${PYTHON} ${folder}/serve.py ${known.join(' ')}` };
    },
    // It asks what there is to see, which needs the login, and leaves.
    login: (user, secret) =>
      `timeout 3 ffprobe -v error -rtsp_transport tcp -probesize 32 -analyzeduration 0 rtsp://${user}:${secret}@${SERVER}:${port}/camera`,
  };
}

function sip(): Mechanism {
  return {
    name: 'sip-digest',
    programs: ['kamailio', 'sipsak'],
    port: 18_560,
    accounts: ACCOUNTS,
    serve: (folder, { accounts }) => {
      const users = pairs(accounts).map(([user, secret]) => `  if ($au == "${user}") $var(secret) = "${secret}";`);
      writeFileSync(
        join(folder, 'conf'),
        [
          '#!KAMAILIO',
          `log_stderror=yes\nfork=no\nchildren=1\ndisable_tcp=yes\nlisten=udp:${SERVER}:18560`,
          `mpath="${KAMAILIO_MODULES}"`,
          ...['sl', 'pv', 'auth', 'textops', 'siputils'].map((name) => `loadmodule "${name}.so"`),
          'request_route {',
          '  $var(secret) = "of nobody";',
          ...users,
          '  if (!pv_auth_check("plant", "$var(secret)", "0", "0")) { www_challenge("plant", "1"); exit; }',
          '  sl_send_reply("200", "OK");',
          '}\n',
        ].join('\n'),
      );
      return { command: `kamailio -f ${folder}/conf -DD -E` };
    },
    login: (user, secret) =>
      `sipsak -U -s sip:${user}@${SERVER}:18560 -a ${quoted(secret)} -u ${user} -C sip:${user}@127.0.0.1`,
  };
}

/** A proof of the password encrypts the time: a test of it would be possible and is not made. */
function kerberos(): Mechanism {
  const environment = (folder: string): string =>
    ['KRB5_CONFIG', 'KRB5_KDC_PROFILE', 'KRB5CCNAME'].map((name) => `${name}=${folder}/${name}`).join(' ');
  return {
    name: 'kerberos',
    programs: ['krb5kdc', 'kdb5_util', 'kadmin.local', 'kinit'],
    port: 18_088,
    accounts: ACCOUNTS,
    isUntestable: true,
    serve: (folder, { accounts }) => {
      writeFileSync(
        join(folder, 'KRB5_CONFIG'),
        `[libdefaults]\ndefault_realm = PLANT\ndns_lookup_kdc = false\n[realms]\nPLANT = {\nkdc = ${SERVER}:18088\n}\n`,
      );
      writeFileSync(
        join(folder, 'KRB5_KDC_PROFILE'),
        [
          `[kdcdefaults]\nkdc_listen = ${SERVER}:18088\nkdc_tcp_listen = ""`,
          `[realms]\nPLANT = {\ndatabase_name = ${folder}/principal\nkey_stash_file = ${folder}/stash`,
          'default_principal_flags = +preauth\n}\n',
        ].join('\n'),
      );
      chmodSync(folder, 0o700);
      const names = environment(folder);
      return {
        before: [
          `${names} kdb5_util create -r PLANT -s -P Quartz-Heron-12`,
          ...pairs(accounts).map(
            ([user, secret]) => `${names} kadmin.local -r PLANT addprinc -pw ${quoted(secret)} ${user}`,
          ),
        ],
        command: `${names} krb5kdc -n -r PLANT`,
      };
    },
    login: (user, secret, _mechanism, folder) => `echo ${quoted(secret)} | ${environment(folder)} kinit ${user}`,
  };
}

/**
 * FreeRDP's server, which shows the screen of a VNC server without a login, and lets nobody see it whose NTLM proof is
 * wrong. All of that is encrypted: nothing can be tested; who sees the screen was let in.
 */
function rdp(): Mechanism {
  const display = ':97';
  return {
    name: 'rdp-credssp',
    programs: ['freerdp-shadow-cli', 'xfreerdp', 'Xvnc', 'ffplay', 'openssl'],
    port: 18_389,
    accounts: ACCOUNTS,
    isUntestable: true,
    isRefusalTold: false,
    serve: (folder, { accounts }) => {
      const known = pairs(accounts).map(([user, secret]) => `${user}:::${ntHash(secret)}:::\n`);
      writeFileSync(join(folder, 'sam'), known.join(''), { mode: 0o600 });
      const screen = `Xvnc ${display} -geometry 1024x768 -depth 24 -SecurityTypes None -interface ${SERVER} -rfbport 18399`;
      const picture = `DISPLAY=${display} SDL_AUDIODRIVER=dummy ffplay -loglevel quiet -f lavfi -i testsrc2=size=1024x768`;
      const serve = `DISPLAY=${display} HOME=${folder} freerdp-shadow-cli /bind-address:${SERVER} /port:18389 /sec:nla /sam-file:${folder}/sam`;
      return { command: `(${screen}) & sleep 2; (${picture}) & sleep 1; ${serve}` };
    },
    login: (user, secret, _mechanism, folder) =>
      `DISPLAY=${display} HOME=${folder} timeout 5 xfreerdp /v:${SERVER}:18389 /u:${user} /p:${quoted(secret)} /cert:ignore /sec:nla`,
  };
}

/** MD4 of the password in UTF-16 (MS-NLMP 3.3.1), which OpenSSL has among its old algorithms. */
function ntHash(secret: string): string {
  const words = ['dgst', '-md4', '-provider', 'legacy', '-provider', 'default', '-r'];
  const input = Buffer.from(secret, 'utf16le');
  return execFileSync('openssl', words, { input, encoding: 'utf8' }).split(' ')[0]!;
}
