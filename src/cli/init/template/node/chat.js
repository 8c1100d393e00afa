// Passes every message on to all who are connected.
//
// All of them have to be connected to the same instance: FunctionGraph does not lead clients to one, so the manifest
// allows one instance only. For more, share the messages by Redis or the like.
//
// FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of
// the trigger on, so the server listens at that same path.
'use strict';

const { WebSocket, WebSocketServer } = require('ws');

const path = '@PATH@';
const server = new WebSocketServer({ host: '127.0.0.1', port: 8000, path });

server.on('listening', () => console.log(`listening on ws://127.0.0.1:8000${path}`));
server.on('connection', (socket) => {
  console.log(`connected: ${server.clients.size} in all`);
  socket.on('message', (message, isBinary) => {
    for (const other of server.clients) {
      if (other.readyState === WebSocket.OPEN) other.send(message, { binary: isBinary });
    }
  });
  socket.on('close', () => console.log(`left: ${server.clients.size} remain`));
  socket.on('error', (error) => console.error(`socket failed: ${error.message}`));
});
