// SPDX-License-Identifier: MIT
// Centrifugo's own client against our server: publishes, receives, loses its connection in the
// middle and comes back. argv[2] is the URL of a server for everybody, argv[3] that of one whose
// tokens are signed with SECRET. Prints what it saw as one line of JSON.
'use strict';

const { pathToFileURL } = require('url');

const modules = process.env.WSKIT_NODE_MODULES;
const { Centrifuge } = require(modules + '/centrifuge');
const WebSocket = require(modules + '/ws');

const SECRET = 'a secret of more than thirty-two bytes';
const [, , open, guarded] = process.argv;
const seen = {};

function connect(url, options) {
  const client = new Centrifuge(url, {
    websocket: WebSocket,
    minReconnectDelay: 1,
    maxReconnectDelay: 50,
    ...options,
  });
  client.connect();
  return client;
}

/// A subscription with what came to it, and somebody who waits for something.
class Listener {
  constructor(client, channel, options) {
    this.publications = [];
    this.events = [];
    this.recoveries = [];
    this.sub = client.newSubscription(channel, options);
    this.sub.on('publication', (event) => { this.publications.push(event); this.look(); });
    this.sub.on('join', (event) => { this.events.push(['join', event.info.client]); this.look(); });
    this.sub.on('leave', (event) => {
      this.events.push(['leave', event.info.client]);
      this.look();
    });
    this.sub.on('subscribed', (event) => {
      if (event.wasRecovering) {
        this.recoveries.push(event.recovered);
      }
    });
    this.sub.subscribe();
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
}

/// The connection breaks, as far as either side can tell.
function lose(client) { client._transport._transport.terminate(); }

async function each_type(sender, listener) {
  await sender.publish('room', { hello: 'world' });
  await sender.publish('room', 'text');
  await fetch(open.replace(/^ws/, 'http').replace(/\/connection.*/, '/t/room'),
              { method: 'POST', body: 'posted' });
  await listener.until(() => listener.publications.length >= 3);
  seen.types = listener.publications.map((publication) => publication.data);
  seen.from_client = listener.publications.map((publication) => publication.info !== undefined);
  listener.publications.length = 0;
}

async function recovery(sender, receiver, listener) {
  const total = 300;
  for (let number = 1; number <= total; ++number) {
    if (number % 100 === 50) {
      lose(receiver);
    }
    await sender.publish('room', number);
  }
  await listener.until(() => listener.publications.length >= total);
  seen.recovered = listener.publications.every((publication, i) => publication.data === i + 1);
  seen.count = listener.publications.length;
  seen.recoveries = listener.recoveries.length >= 3 && listener.recoveries.every((good) => good);
}

async function presence(sender, receiver, listener) {
  listener.events.length = 0;
  const other = new Listener(sender, 'room');
  await listener.until(() => listener.events.length >= 1);
  const members = await receiver.presence('room');
  seen.present = Object.keys(members.clients).length;
  seen.stats = await receiver.presenceStats('room');
  other.sub.unsubscribe();
  await listener.until(() => listener.events.length >= 2);
  seen.events = listener.events.map(([what]) => what);
  seen.same = listener.events[0][1] === listener.events[1][1];
}

async function history(client) {
  const last = await client.history('room', { limit: 2, reverse: true });
  seen.last = last.publications.map((publication) => publication.data);
  const since = { offset: last.offset - 3, epoch: last.epoch };
  const after = await client.history('room', { limit: -1, since });
  seen.after = after.publications.map((publication) => publication.data);
  seen.lost = await client.history('room', { limit: 1, since: { offset: 1, epoch: 'other' } })
      .catch((error) => error.code);
}

async function refused(client) {
  seen.refused = await client.rpc('method', {}).catch((error) => error.code);
  const wildcard = client.newSubscription('a/#');
  seen.wildcard = await new Promise((resolve) => {
    wildcard.on('unsubscribed', (event) => resolve(event.code));
    wildcard.subscribe();
  });
}

async function tokens() {
  const jose = await import(pathToFileURL(modules + '/jose/dist/webapi/index.js'));
  const sign = (seconds) => new jose.SignJWT({ subscribe: ['news/#'], publish: ['news/ann'] })
      .setProtectedHeader({ alg: 'HS256' }).setSubject('ann')
      .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
      .sign(new TextEncoder().encode(SECRET));
  let asked = 0;
  let done;
  const asked_twice = new Promise((resolve) => { done = resolve; });
  const client = connect(guarded, {
    token: await sign(-60),
    getToken: () => {
      asked += 1;
      if (asked === 2) {
        done();
      }
      return sign(asked === 1 ? 2 : 600);
    },
  });
  let connections = 0;
  client.on('connected', () => { connections += 1; });
  await client.ready();
  const listener = new Listener(client, 'news/ann');
  await listener.sub.ready();
  const forbidden = client.newSubscription('other');
  seen.forbidden = await new Promise((resolve) => {
    forbidden.on('unsubscribed', (event) => resolve(event.code));
    forbidden.subscribe();
  });
  seen.may_not = await client.publish('news/bob', 1).catch((error) => error.code);
  await asked_twice;
  await client.publish('news/ann', 'still here');
  await listener.until(() => listener.publications.length === 1);
  seen.user = listener.publications[0].info.user;
  seen.connections = connections;
  const forged = connect(guarded, { token: 'forged' });
  seen.forged = await new Promise((resolve) => {
    forged.on('disconnected', (event) => resolve(event.code));
  });
}

async function main() {
  const receiver = connect(open);
  const sender = connect(open);
  await receiver.ready();
  await sender.ready();
  const listener = new Listener(receiver, 'room', { joinLeave: true });
  await listener.sub.ready();
  await each_type(sender, listener);
  await recovery(sender, receiver, listener);
  await presence(sender, receiver, listener);
  await history(sender);
  await refused(sender);
  await tokens();
  console.log(JSON.stringify(seen));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
