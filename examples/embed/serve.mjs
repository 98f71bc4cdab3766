// Serves this folder to the browser of this machine, under a strict policy: node serve.mjs [port]

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** The file that a request names, if there is one. */
function fileOf(url) {
  try {
    // Normalized from the root, a path cannot climb out of the folder.
    const name = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)).replace(/[\\/]$/, '/index.html');
    const file = join(import.meta.dirname, name);
    return statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

const server = createServer((request, response) => {
  const file = fileOf(request.url);
  if (file === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': types[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data:",
  });
  createReadStream(file).pipe(response);
});

function stop(reason) {
  console.error(`${reason}: node serve.mjs 0 takes a free one`);
  process.exit(1);
}

const port = process.argv[2] ?? '8080';
if (!/^\d+$/.test(port) || Number(port) > 65535) stop(`${port} is no port`);
server.on('error', ({ code, message }) => stop(code === 'EADDRINUSE' ? `port ${port} is taken` : message));
server.listen(Number(port), '127.0.0.1', () => console.log(`http://localhost:${server.address().port}/`));
