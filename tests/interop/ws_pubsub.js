// SPDX-License-Identifier: MIT
// npm's ws against our pub/sub server: one publishes, one receives, breaks off in the middle and
// goes on after the last message that it has. argv[2] is the URL of a topic. Prints what it saw as
// one line of JSON.
'use strict';

const WebSocket = require(process.env.WSKIT_NODE_MODULES + '/ws');

const url = process.argv[2];
const kCount = 200;
const kBreak = 60;

/// A socket that keeps what comes from its first byte on.
function open(query) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url + query);
    socket.inbox = [];
    socket.look = () => {};
    socket.on('message', (data, binary) => {
      socket.inbox.push({ data, binary });
      socket.look();
    });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

/// Takes envelopes until there are `count` of them in `messages`.
function take(socket, messages, count) {
  return new Promise((resolve) => {
    socket.look = () => {
      while (messages.length < count && socket.inbox.length > 0) {
        messages.push(JSON.parse(socket.inbox.shift().data));
      }
      if (messages.length === count) {
        resolve();
      }
    };
    socket.look();
  });
}

async function main() {
  const seen = {};
  const messages = [];
  const publisher = await open('?echo=0');
  const first = await open('?envelope=json');
  const early = take(first, messages, kBreak);
  for (let number = 0; number < kCount / 2; ++number) {
    publisher.send(String(number));
  }
  await early;
  first.terminate();
  for (let number = kCount / 2; number < kCount; ++number) {
    publisher.send(String(number));
  }
  const again = await open('?envelope=json&after=' + messages[kBreak - 1].id);
  await take(again, messages, kCount);
  seen.in_order = messages.every((message, index) => message.data === String(index));
  seen.count = messages.length;

  const raw = await open('');
  const heard = new Promise((resolve) => {
    raw.look = () => resolve(raw.inbox[0]);
  });
  raw.send(Buffer.from([0, 255]));
  const { data, binary } = await heard;
  seen.binary = [binary, ...data];

  const closed = new Promise((resolve) => { raw.once('close', (code) => resolve(code)); });
  raw.close(1000);
  seen.close = await closed;
  console.log(JSON.stringify(seen));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
