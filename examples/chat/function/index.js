// A chat room. What one client says, every client hears: also those of other instances of the function, if REDIS_URL
// says where a Redis is.
//
// FunctionGraph starts as many instances as there are connections and sends each connection to any of them. An
// instance knows its own clients only, so what is said goes to Redis, and from there to every instance.
'use strict';

const { randomUUID } = require('crypto');
const { WebSocket, WebSocketServer } = require('ws');

const path = '/chat';
const channel = 'chat';
const instance = randomUUID().slice(0, 8);

/** Says `text` to the clients of this instance. */
function tellMyClients(server, text) {
  for (const socket of server.clients) {
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }
}

/** What hands a text to all instances: Redis where there is one, else nothing but this instance. */
async function room(tell) {
  if (!process.env.REDIS_URL) {
    console.log('REDIS_URL is not set: clients of other instances hear nothing of what is said here');
    return { say: async (text) => tell(text) };
  }
  const { createClient } = require('redis');
  const publisher = createClient({ url: process.env.REDIS_URL });
  // A connection that listens can do nothing else.
  const subscriber = publisher.duplicate();
  for (const client of [publisher, subscriber]) {
    client.on('error', (error) => console.error(`Redis: ${error.message}`));
    await client.connect();
  }
  await subscriber.subscribe(channel, tell);
  return { say: (text) => publisher.publish(channel, text) };
}

async function main() {
  const server = new WebSocketServer({ noServer: true });
  // First the room, then the door: a client that is in misses nothing.
  const { say } = await room((text) => tellMyClients(server, text));
  server.on('connection', (socket) => {
    socket.send(JSON.stringify({ welcome: 'say something', instance }));
    socket.on('message', (message) => {
      const text = JSON.stringify({ said: String(message), instance });
      say(text).catch((error) => {
        console.error(`it was not passed on: ${error.message}`);
        socket.send(JSON.stringify({ error: 'nobody heard that: the room is out of order', instance }));
      });
    });
    socket.on('error', (error) => console.error(`socket failed: ${error.message}`));
  });
  const http = require('http').createServer((request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain' }).end(`this is a WebSocket at ${path}\n`);
  });
  http.on('upgrade', (request, socket, head) => {
    const asked = new URL(request.url, 'http://chat').pathname;
    if (asked !== path) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    server.handleUpgrade(request, socket, head, (open) => server.emit('connection', open, request));
  });
  http.listen(8000, '127.0.0.1', () => console.log(`instance ${instance} listens at ws://127.0.0.1:8000${path}`));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
