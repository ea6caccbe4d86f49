// SPDX-License-Identifier: MIT
// Azure's own client against our server: publishes, receives, loses its connection in the middle, with
// or without the server's knowing, and comes back. argv[2] is the URL of a hub. Prints what it saw as one line of JSON.
'use strict';

const { WebPubSubClient, WebPubSubJsonProtocol } =
    require(process.env.WSKIT_NODE_MODULES + '/@azure/web-pubsub-client');

const url = process.argv[2];
const seen = {};

/// A client with the messages that came to it, and somebody who waits for so many of them.
class Listener {
  constructor(options) {
    this.client = new WebPubSubClient(url, options);
    this.messages = [];
    this.connections = [];
    this.disconnects = 0;
    this.client.on('group-message', (event) => {
      this.messages.push(event.message);
      this.look();
    });
    this.client.on('connected', (event) => {
      this.connections.push(event.connectionId);
      this.look();
    });
    this.client.on('disconnected', () => { this.disconnects += 1; });
  }
  look() {
    if (this.wanted && this.wanted.when()) {
      this.wanted.resolve();
      this.wanted = undefined;
    }
  }
  until(when) {
    return new Promise((resolve) => {
      this.wanted = { when, resolve };
      this.look();
    });
  }
  /// The connection breaks, as far as either side can tell.
  lose() { this.client._wsClient._socket.terminate(); }
  /// The network goes: the client gives its connection up, and the server does not hear of it.
  vanish() {
    const socket = this.client._wsClient._socket;
    const closed = socket.onclose;
    socket.onclose = null;
    socket.onerror = null;
    socket.onmessage = null;
    socket.pause();
    closed({ code: 1006, reason: '' });
  }
}

async function each_type(sender, listener) {
  await sender.client.sendToGroup('room', { hello: 'world' }, 'json');
  await sender.client.sendToGroup('room', 'text', 'text');
  await sender.client.sendToGroup('room', new Uint8Array([0, 255]).buffer, 'binary');
  await listener.until(() => listener.messages.length >= 3);
  seen.types = listener.messages.map((message) => [
    message.dataType,
    message.dataType === 'binary' ? [...new Uint8Array(message.data)] : message.data,
  ]);
  listener.messages.length = 0;
}

async function duplicates(sender, listener) {
  const first = await sender.client.sendToGroup('room', 1, 'json', { ackId: 1000 });
  const second = await sender.client.sendToGroup('room', 1, 'json', { ackId: 1000 });
  await sender.client.joinGroup('room');
  await sender.client.sendToGroup('room', 2, 'json', { noEcho: true });
  await listener.until(() => listener.messages.length >= 2);
  seen.duplicates = [first.isDuplicated, second.isDuplicated];
  seen.once = listener.messages.map((message) => message.data);
  listener.messages.length = 0;
}

async function recovery(sender, listener) {
  const total = 300;
  for (let number = 1; number <= total; ++number) {
    if (number % 100 === 50) {
      listener.lose();
    }
    await sender.client.sendToGroup('room', number, 'json');
  }
  await listener.until(() => listener.messages.length >= total);
  seen.recovered = listener.messages.every((message, i) => message.data === i + 1);
  seen.count = listener.messages.length;
  seen.first_echo = sender.messages[0].data;
  seen.same_connection = new Set(listener.connections).size === 1;
  seen.disconnects = listener.disconnects;
  listener.messages.length = 0;
}

async function take_over(sender, listener) {
  const total = 60;
  for (let number = 1; number <= total; ++number) {
    if (number % 20 === 10) {
      listener.vanish();
    }
    await sender.client.sendToGroup('room', number, 'json');
  }
  await listener.until(() => listener.messages.length >= total);
  seen.taken_over = listener.messages.every((message, i) => message.data === i + 1) &&
      new Set(listener.connections).size === 1 && listener.disconnects === 0;
  listener.messages.length = 0;
}

async function dead_session(sender, listener) {
  const before = listener.connections.length;
  listener.client._reconnectionToken = 'unknown';
  listener.lose();
  await listener.until(() => listener.connections.length > before && listener.disconnects === 1);
  // It joins its groups again by itself, at a time that it does not tell.
  while (listener.messages.length === 0) {
    await sender.client.sendToGroup('room', 'new', 'text');
  }
  seen.new_connection = new Set(listener.connections).size === 2;
}

async function refused(sender) {
  try {
    await sender.client.joinGroup('a/#');
  } catch (error) {
    seen.refused = error.errorDetail && error.errorDetail.name;
  }
}

async function main() {
  const listener = new Listener();
  const sender = new Listener({
    protocol: WebPubSubJsonProtocol(),
    messageRetryOptions: { maxRetries: 0 },
  });
  await listener.client.start();
  await sender.client.start();
  await listener.client.joinGroup('room');
  await each_type(sender, listener);
  await duplicates(sender, listener);
  await recovery(sender, listener);
  await take_over(sender, listener);
  await dead_session(sender, listener);
  await refused(sender);
  console.log(JSON.stringify(seen));
  // The client's own timers run for ever.
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
