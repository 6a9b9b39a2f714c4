// Carriers for which there is software: how server and client are started, each in a network of its own.
import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Recorded {
  readonly name: string;
  /** What sends and what receives. */
  readonly software: string;
  readonly programs: readonly string[];
  readonly port: string;
  /** Files that the server needs; the shell commands that serve and that fetch or send `firmware.img` of the folder. */
  prepare(folder: string): { readonly server: string; readonly client: string };
}

const SERVER = '127.0.0.2';
const FILE = 'firmware.img';
const READY = 'sleep 1.5';

/** Debian's Python has Debian's modules. */
const PYTHON = '/usr/bin/python3';
const PAHO = 'paho-mqtt (python3-paho-mqtt)';

/** How mosquitto is started. */
function broker(folder: string): string {
  writeFileSync(join(folder, 'conf'), `listener 1883 ${SERVER}\nallow_anonymous true\nuser root\n`);
  return `mosquitto -c ${folder}/conf`;
}

/** A client that publishes the file in parts. */
function paho(folder: string): string {
  const path = join(folder, 'parts.py');
  const lines = [
    'import paho.mqtt.client as mqtt',
    'client = mqtt.Client("updater")',
    `client.connect("${SERVER}", 1883)`,
    'client.loop_start()',
    `image = open("${join(folder, FILE)}", "rb").read()`,
    'for at in range(0, len(image), 4096):',
    '    client.publish("plant/gateway/parts", image[at:at + 4096], qos=1).wait_for_publish()',
    'client.disconnect()',
    'client.loop_stop()',
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export const RECORDED: readonly Recorded[] = [
  {
    name: 'HTTP',
    software: 'lighttpd, curl',
    programs: ['lighttpd', 'curl'],
    port: 'port 80',
    prepare: (folder) => {
      const lines = [`server.document-root = "${folder}"`, `server.bind = "${SERVER}"`, 'server.port = 80'];
      writeFileSync(join(folder, 'conf'), `${lines.join('\n')}\n`);
      return { server: `lighttpd -D -f ${folder}/conf`, client: `curl -s -o /dev/null http://${SERVER}/${FILE}` };
    },
  },
  {
    name: 'FTP',
    software: 'vsftpd, curl',
    programs: ['vsftpd', 'curl'],
    // Data connections have ports of their own.
    port: 'tcp',
    prepare: (folder) => {
      const lines = [
        `listen=YES\nlisten_address=${SERVER}\nbackground=NO\nanonymous_enable=YES\nlocal_enable=NO\nftp_username=daemon`,
        `anon_root=${folder}/public\nsecure_chroot_dir=${folder}/empty\nseccomp_sandbox=NO\nxferlog_enable=NO\n`,
      ];
      writeFileSync(join(folder, 'conf'), lines.join('\n'));
      const before = `mkdir -p ${folder}/empty ${folder}/public; cp ${folder}/${FILE} ${folder}/public`;
      return { server: `${before}; vsftpd ${folder}/conf`, client: `curl -s -o /dev/null ftp://${SERVER}/${FILE}` };
    },
  },
  {
    name: 'TFTP',
    software: 'atftpd, curl',
    programs: ['atftpd', 'curl'],
    port: 'udp',
    prepare: (folder) => ({
      server: `atftpd --daemon --no-fork --user root.root --logfile - --bind-address ${SERVER} ${folder}`,
      client: `curl -s -o /dev/null tftp://${SERVER}/${FILE}`,
    }),
  },
  {
    name: 'SMB',
    software: 'Samba, smbclient',
    programs: ['smbd', 'smbclient'],
    port: 'port 445',
    prepare: (folder) => {
      const places = ['private dir', 'lock directory', 'state directory', 'cache directory', 'pid directory'];
      const lines = [
        ...[
          '[global]',
          'map to guest = bad user',
          'guest account = root',
          `log file = ${folder}/log`,
          'smb ports = 445',
        ],
        ...places.map((place) => `${place} = ${folder}`),
        ...['ncalrpc dir = ' + join(folder, 'rpc'), 'disable spoolss = yes', 'load printers = no', 'invalid users ='],
        ...['[files]', `path = ${folder}`, 'guest ok = yes', 'guest only = yes', 'read only = yes'],
      ];
      writeFileSync(join(folder, 'smb.conf'), `${lines.join('\n')}\n`);
      return {
        server: `smbd -F --no-process-group --configfile=${folder}/smb.conf`,
        client: `smbclient -N //${SERVER}/files -c 'get ${FILE} /dev/null'`,
      };
    },
  },
  {
    name: 'MQTT',
    software: 'mosquitto, mosquitto_pub',
    programs: ['mosquitto', 'mosquitto_pub'],
    port: 'port 1883',
    prepare: (folder) => ({
      server: broker(folder),
      client: `mosquitto_pub -h ${SERVER} -q 1 -t plant/gateway/update -f ${folder}/${FILE}`,
    }),
  },
  {
    name: 'MQTT in parts of 4 KiB',
    software: 'mosquitto, paho-mqtt',
    programs: ['mosquitto', PAHO],
    port: 'port 1883',
    prepare: (folder) => ({ server: broker(folder), client: `${PYTHON} ${paho(folder)}` }),
  },
  {
    name: 'MQTT in lines of base64',
    software: 'mosquitto, mosquitto_pub -l',
    programs: ['mosquitto', 'mosquitto_pub', 'base64'],
    port: 'port 1883',
    prepare: (folder) => ({
      server: broker(folder),
      client: `sh -c 'base64 -w 4096 ${folder}/${FILE} | mosquitto_pub -h ${SERVER} -q 1 -t plant/gateway/update -l'`,
    }),
  },
  {
    name: 'CoAP block-wise',
    software: 'libcoap coap-server, coap-client',
    programs: ['coap-server-notls', 'coap-client-notls'],
    port: 'port 5683',
    prepare: (folder) => ({
      server: `coap-server-notls -d 10 -A ${SERVER}`,
      client: `coap-client-notls -b 1024 -B 60 -m put -f ${folder}/${FILE} coap://${SERVER}/firmware.img`,
    }),
  },
  {
    name: 'LwM2M object 5, package (5/0/0)',
    software: 'libcoap coap-client (server), coap-server (device)',
    programs: ['coap-server-notls', 'coap-client-notls'],
    port: 'port 5683',
    prepare: (folder) => ({
      server: `coap-server-notls -d 10 -A ${SERVER}`,
      client: `coap-client-notls -b 1024 -B 60 -m put -t 42 -f ${folder}/${FILE} coap://${SERVER}/5/0/0`,
    }),
  },
  {
    name: 'LwM2M object 5, by package URI (5/0/1)',
    software: 'libcoap, lighttpd, curl',
    programs: ['coap-server-notls', 'coap-client-notls', 'lighttpd', 'curl'],
    port: 'port 5683 or port 80',
    prepare: (folder) => {
      const uri = `http://${SERVER}/${FILE}`;
      const lines = [`server.document-root = "${folder}"`, `server.bind = "${SERVER}"`, 'server.port = 80'];
      writeFileSync(join(folder, 'conf'), `${lines.join('\n')}\n`);
      return {
        server: `coap-server-notls -d 10 -A ${SERVER} & lighttpd -D -f ${folder}/conf`,
        client: `sh -c 'coap-client-notls -m put -t 0 -e ${uri} coap://${SERVER}/5/0/1; curl -s -o /dev/null ${uri}'`,
      };
    },
  },
];

export function missingPrograms({ programs }: Recorded): string[] {
  const isThere = (name: string): boolean =>
    name === PAHO
      ? spawnSync(PYTHON, ['-c', 'import paho.mqtt.client']).status === 0
      : spawnSync('which', [name]).status === 0;
  return ['setsid', 'unshare', 'tcpdump', ...programs].filter((name) => !isThere(name));
}

/** The path of the capture; the folder holds the file to be sent. Packets are as large as on Ethernet. */
export function record(recorded: Recorded, folder: string): string {
  const path = join(folder, 'whole.pcap');
  const { server, client } = recorded.prepare(folder);
  const lines = [
    'ip link set lo mtu 1500 gso_max_segs 1 up',
    `tcpdump -i lo --immediate-mode -U -Z root -B 65536 -w ${path} '${recorded.port}' 2>/dev/null & tap=$!`,
    `(${server}) >${folder}/server.log 2>&1 & serves=$!`,
    READY,
    `timeout 60 ${client} >${folder}/client.log 2>&1`,
    'sleep 1',
    'kill $serves $tap; wait $tap',
  ];
  // Whatever is left ends with the name space of its processes. In a session of its own: smbd ends its process group.
  const words = [
    '--wait',
    'unshare',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    '-c',
    lines.join('\n'),
  ];
  spawnSync('setsid', words, { timeout: 90_000, stdio: 'ignore' });
  return path;
}
