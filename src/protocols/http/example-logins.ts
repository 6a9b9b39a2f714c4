// Every way to send a secret in clear over HTTP, for the test that looks for secrets where none may be.
import { GET, HTTP, OK, POST, PREFACE, SETTINGS, field, frame, keptField, path } from './example-frames.ts';

const USER = 'taint-user';
const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

function way(name: string, message: (secret: string) => string, forms?: (secret: string) => Buffer[]) {
  return {
    name: `HTTP ${name}`,
    protocol: 'http',
    transport: 'tcp' as const,
    port: 80,
    user: USER,
    say: (secret: string): (readonly [boolean, Iterable<number>])[] => [
      [true, Buffer.from(message(secret), 'latin1')],
      [false, ANSWER],
    ],
    ...(forms === undefined ? {} : { forms }),
  };
}

function post(type: string, content: string): string {
  return `POST /login HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

function coded(secret: string): string {
  return Buffer.from(`${USER}:${secret}`).toString('base64');
}

function part(name: string, value: string): string {
  return `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
}

/** Over HTTP/2: frames behind the preface, and an answer without content. */
function framed(name: string, frames: (secret: string) => string, forms?: (secret: string) => Buffer[]) {
  const answer = Buffer.from(SETTINGS + frame(1, 5, 1, OK), 'latin1');
  return {
    ...way(`2 ${name}`, (secret) => PREFACE + SETTINGS + frames(secret), forms),
    say: (secret: string): (readonly [boolean, Iterable<number>])[] => [
      [true, Buffer.from(PREFACE + SETTINGS + frames(secret), 'latin1')],
      [false, answer],
    ],
  };
}

export const HTTP_WAYS = [
  way(
    'Basic',
    (secret) => `GET / HTTP/1.1\r\nAuthorization: Basic ${coded(secret)}\r\n\r\n`,
    (secret) => [Buffer.from(coded(secret))],
  ),
  way('form', (secret) => post('application/x-www-form-urlencoded', `user=${USER}&password=${secret}`)),
  way('JSON', (secret) => post('application/json', `{"user":"${USER}","password":"${secret}"}`)),
  way('form in chunks', (secret) => {
    const chunks = [`user=${USER}&password=${secret}`, '&submit=1', ''];
    const coded = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
    return `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${coded}`;
  }),
  framed(
    'Basic',
    (secret) => frame(1, 5, 1, GET + HTTP + path('/') + keptField('authorization', `Basic ${coded(secret)}`)),
    (secret) => [Buffer.from(coded(secret))],
  ),
  framed('form', (secret) => {
    const head = POST + HTTP + path('/login') + field('content-type', 'application/x-www-form-urlencoded');
    return frame(1, 4, 1, head) + frame(0, 1, 1, `user=${USER}&password=${secret}`);
  }),
  framed('query', (secret) => frame(1, 5, 1, GET + HTTP + keptField(':path', `/login?user=${USER}&pwd=${secret}`))),
  way('query', (secret) => `GET /login?user=${USER}&pwd=${secret} HTTP/1.1\r\n\r\n`),
  way('multipart', (secret) =>
    post('multipart/form-data; boundary=B', `${part('user', USER)}${part('password', secret)}--B--\r\n`),
  ),
  way('WS-Security', (secret) =>
    post(
      'application/soap+xml',
      `<e><UsernameToken><Username>${USER}</Username><Password>${secret}</Password></UsernameToken></e>`,
    ),
  ),
];
