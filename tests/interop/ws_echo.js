// SPDX-License-Identifier: MIT
// An echo server on npm's ws: prints its URL, then serves until it is stopped.
'use strict';

const { WebSocketServer } = require(process.env.WSKIT_NODE_MODULES + '/ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true });
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on('listening', () => {
  console.log(`ws://127.0.0.1:${server.address().port}/`);
});
