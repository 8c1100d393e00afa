// The client by itself, in a world of its own: node --test examples/reconnect
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ReconnectingSocket } = require('./reconnect.js');

/** Time, chance and sockets that do what a test says. */
function world(options = {}) {
  const told = [];
  const sockets = [];
  const timers = new Map();
  let clock = 0;
  let next = 1;
  class Socket {
    constructor(url) {
      Object.assign(this, { url, readyState: 0, sent: [] });
      sockets.push(this);
    }
    send(message) { this.sent.push(message); }
    close(code) { this.end(code); }
    open() { this.readyState = 1; this.onopen(); }
    end(code, reason = '') { this.readyState = 3; this.onclose({ code, reason }); }
  }
  /** Lets so many milliseconds pass. */
  const pass = (milliseconds) => {
    const end = clock + milliseconds;
    for (;;) {
      const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      timers.delete(due[0]);
      clock = due[1].at;
      due[1].work();
    }
    clock = end;
  };
  const client = new ReconnectingSocket('ws://x', {
    WebSocket: Socket,
    random: () => 1,
    now: () => clock,
    setTimeout: (work, pause) => { timers.set(next, { work, at: clock + pause }); return next++; },
    clearTimeout: (timer) => timers.delete(timer),
    onopen: (attempt) => told.push(`open ${attempt}`),
    onmessage: (data) => told.push(data),
    onclose: (code, reason, pause) => told.push(`closed ${code} ${pause}`),
    ondrop: (message) => told.push(`dropped ${message}`),
    ...options,
  });
  return { client, sockets, timers, told, pass, last: () => sockets.at(-1) };
}

test('it comes back, later each time, up to the longest pause', () => {
  const { sockets, told, pass, last } = world({ longestPause: 1000 });
  for (const pause of [250, 500, 1000, 1000]) {
    last().end(1006);
    assert.equal(told.at(-1), `closed 1006 ${pause}`);
    const before = sockets.length;
    pass(pause - 1);
    assert.equal(sockets.length, before);
    pass(1);
    assert.equal(sockets.length, before + 1);
  }
});

test('chance makes the pause shorter, never less than half', () => {
  const { told, last } = world({ random: () => 0 });
  last().end(1006);
  assert.equal(told.at(-1), 'closed 1006 125');
});

test('a steady connection makes the pause short again, and one that ends at once does not', () => {
  const { told, pass, last } = world();
  last().end(1006);
  pass(250);
  last().open();
  last().end(1012);
  assert.equal(told.at(-1), 'closed 1012 500');
  pass(500);
  last().open();
  pass(5000);
  last().end(1012);
  assert.equal(told.at(-1), 'closed 1012 250');
});

test('what is said meanwhile waits, in its order, and the oldest is dropped for more', () => {
  const { client, told, pass, last } = world({ mostWaiting: 2 });
  for (const message of ['a', 'b', 'c']) client.send(message);
  assert.deepEqual(told, ['dropped a']);
  last().open();
  assert.deepEqual(last().sent, ['b', 'c']);
  last().end(1006);
  client.send('d');
  pass(250);
  last().open();
  assert.deepEqual(last().sent, ['d']);
});

test('a heartbeat is sent when nothing else was', () => {
  const { client, pass, last } = world({ heartbeat: 'still here', heartbeatAfter: 1000 });
  last().open();
  pass(900);
  client.send('a');
  pass(900);
  assert.deepEqual(last().sent, ['a']);
  pass(100);
  assert.deepEqual(last().sent, ['a', 'still here']);
});

test('closed by its owner it stays closed', () => {
  const { client, sockets, timers, told, last } = world();
  last().open();
  client.close();
  assert.equal(told.at(-1), 'closed 1000 null');
  assert.equal(timers.size, 0);
  assert.equal(sockets.length, 1);
});
