// Which remote-support tool a host name or a certificate belongs to. A visit to the vendor's web site looks the same.

/** Domain, and the tool that is alone to use it. */
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['teamviewer.com', 'TeamViewer'],
  ['anydesk.com', 'AnyDesk'],
  ['rustdesk.com', 'RustDesk'],
  ['splashtop.com', 'Splashtop'],
  ['splashtop.eu', 'Splashtop'],
  ['screenconnect.com', 'ScreenConnect'],
  ['logmein.com', 'LogMeIn'],
  ['logmein-gateway.com', 'LogMeIn'],
  ['logmeinrescue.com', 'LogMeIn Rescue'],
  ['gotoassist.com', 'GoTo Assist'],
  ['gotomypc.com', 'GoToMyPC'],
  ['beyondtrustcloud.com', 'BeyondTrust'],
  ['bomgarcloud.com', 'BeyondTrust'],
  ['bomgar.com', 'BeyondTrust'],
  ['assist.zoho.com', 'Zoho Assist'],
  ['assist.zoho.eu', 'Zoho Assist'],
  ['zohoassist.com', 'Zoho Assist'],
  ['remotedesktop.google.com', 'Chrome Remote Desktop'],
  ['remotedesktop-pa.googleapis.com', 'Chrome Remote Desktop'],
  ['dwservice.net', 'DWService'],
  ['islonline.net', 'ISL Online'],
  ['islonline.com', 'ISL Online'],
  ['ultraviewer.net', 'UltraViewer'],
  ['getscreen.me', 'Getscreen'],
  ['supremocontrol.com', 'Supremo'],
  ['nanosystems.it', 'Supremo'],
  ['ammyy.com', 'Ammyy Admin'],
  ['aeroadmin.com', 'AeroAdmin'],
  ['remoteutilities.com', 'Remote Utilities'],
  ['realvnc.com', 'RealVNC Connect'],
  ['vncconnect.com', 'RealVNC Connect'],
  ['remotepc.com', 'RemotePC'],
  ['parsec.app', 'Parsec'],
  ['parsecgaming.com', 'Parsec'],
  ['fastviewer.com', 'FastViewer'],
  ['pcvisit.de', 'pcvisit'],
  ['iperiusremote.com', 'Iperius Remote'],
  ['hoptodesk.com', 'HopToDesk'],
  ['meshcentral.com', 'MeshCentral'],
  ['beanywhere.com', 'Take Control'],
  ['swi-rc.com', 'DameWare'],
  ['atera.com', 'Atera'],
  ['pulseway.com', 'Pulseway'],
  ['fleetdeck.io', 'FleetDeck'],
  ['level.io', 'Level'],
  ['action1.com', 'Action1'],
  ['syncromsp.com', 'Syncro'],
]);

/** What stands in the names of certificates that tools make for themselves. */
const CERTIFICATE_WORDS: readonly (readonly [string, string])[] = [
  ['CN=AnyDesk', 'AnyDesk'],
  ['AnyNet Root CA', 'AnyDesk'],
  ['philandro Software GmbH', 'AnyDesk'],
  ['O=TeamViewer', 'TeamViewer'],
  ['O=Splashtop', 'Splashtop'],
  ['CN=MeshCentralRoot', 'MeshCentral'],
];

const LABELS_MAX = 32;

/** The tool whose domain holds this name, '' for none. */
export function toolOfName(name: string): string {
  let rest = name.toLowerCase();
  for (let label = 0; label < LABELS_MAX; label++) {
    const tool = DOMAINS.get(rest);
    if (tool !== undefined) return tool;
    const dot = rest.indexOf('.');
    if (dot < 0) return '';
    rest = rest.slice(dot + 1);
  }
  return '';
}

/** The same for a certificate: its subject and issuer as `C=DE, O=Example, CN=host.example`. */
export function toolOfCertificate(subject: string, issuer: string): string {
  for (const [word, tool] of CERTIFICATE_WORDS) if (subject.includes(word) || issuer.includes(word)) return tool;
  const common = /CN=(?:\*\.)?([a-z0-9.-]+)/i.exec(subject);
  return common === null ? '' : toolOfName(common[1]!);
}
