// Sends every message back to the client that it came from.
//
// FunctionGraph expects the server of an HTTP function at 127.0.0.1:8000. The gateway passes the whole path of
// the trigger on, so the server listens at that same path.
'use strict';

const { WebSocketServer } = require('ws');

const path = '@PATH@';
const server = new WebSocketServer({ host: '127.0.0.1', port: 8000, path });

server.on('listening', () => console.log(`listening on ws://127.0.0.1:8000${path}`));
server.on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  socket.on('error', (error) => console.error(`socket failed: ${error.message}`));
});
