// Tells the time to every connected client, every two seconds.
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
  socket.on('close', (code) => console.log(`closed with ${code}: ${server.clients.size} left`));
  socket.on('error', (error) => console.error(`socket failed: ${error.message}`));
});

setInterval(() => {
  const text = `Server time: ${new Date().toTimeString()}`;
  for (const socket of server.clients) {
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
  }
}, 2000);
