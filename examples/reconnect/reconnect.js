// A WebSocket that comes back. It has no dependencies, and works in a page (a script tag) and in Node.js (require).
//
// FunctionGraph ends every connection at the function's execution timeout (the client sees 1006), the gateway ends a
// silent one at the API's backend timeout, and `fgctl dev` ends all of them when it replaces code (1012). A client has
// to expect that: it connects again, later each time it fails, and each client at another moment, so that a thousand
// of them do not come back at once.
'use strict';

const defaults = {
  /** The first pause, in milliseconds; each failure doubles it. */
  firstPause: 250,
  /** The longest pause. */
  longestPause: 15000,
  /** A connection that lived this long was a success: the next pause is the first again. */
  steadyAfter: 5000,
  /** A text that is sent when nothing was for this long, so that nobody between takes the connection for dead. */
  heartbeat: null,
  heartbeatAfter: 20000,
  /** How many messages wait while there is no connection; the oldest is dropped for more. */
  mostWaiting: 100,
  /** The world, which a test replaces. */
  WebSocket: globalThis.WebSocket,
  random: Math.random,
  now: () => Date.now(),
  setTimeout: (work, pause) => setTimeout(work, pause),
  clearTimeout: (timer) => clearTimeout(timer),
};

class ReconnectingSocket {
  /**
   * Connects to `url`, a string or a function that makes one for each attempt. `options` may replace what `defaults`
   * says, and may have `onopen(attempt)`, `onmessage(data)`, `onclose(code, reason, pause)` and `ondrop(message)`.
   */
  constructor(url, options = {}) {
    this.url = url;
    this.options = { ...defaults, ...options };
    this.failures = 0;
    this.opened = 0;
    this.waiting = [];
    this.over = false;
    this.connect();
  }

  connect() {
    const { WebSocket, now } = this.options;
    const url = typeof this.url === 'function' ? this.url() : this.url;
    const socket = new WebSocket(url);
    let openedAt = null;
    this.socket = socket;
    socket.onopen = () => {
      openedAt = now();
      this.opened += 1;
      this.options.onopen?.(this.opened);
      for (const message of this.waiting.splice(0)) this.transmit(message);
      this.beat();
    };
    socket.onmessage = (event) => this.options.onmessage?.(event.data);
    // What went wrong is told by `onclose`, which always follows.
    socket.onerror = () => {};
    socket.onclose = (event) => {
      this.options.clearTimeout(this.heart);
      const steady = openedAt !== null && now() - openedAt >= this.options.steadyAfter;
      this.failures = steady ? 0 : this.failures;
      const pause = this.over ? null : this.pause();
      this.options.onclose?.(event.code, event.reason, pause);
      if (pause !== null) this.timer = this.options.setTimeout(() => this.connect(), pause);
    };
  }

  /** How long to wait: anything between half and all of what the failures so far call for. */
  pause() {
    const { firstPause, longestPause, random } = this.options;
    const longest = Math.min(longestPause, firstPause * 2 ** Math.min(this.failures, 30));
    this.failures += 1;
    return Math.round(longest / 2 + (random() * longest) / 2);
  }

  /** Sends a message now, or as soon as there is a connection. */
  send(message) {
    if (this.socket.readyState === 1) return this.transmit(message);
    this.waiting.push(message);
    if (this.waiting.length > this.options.mostWaiting) this.options.ondrop?.(this.waiting.shift());
  }

  transmit(message) {
    this.socket.send(message);
    this.beat();
  }

  beat() {
    const { heartbeat, heartbeatAfter } = this.options;
    this.options.clearTimeout(this.heart);
    if (heartbeat !== null) this.heart = this.options.setTimeout(() => this.send(heartbeat), heartbeatAfter);
  }

  /** Ends it for good. */
  close(code = 1000, reason = '') {
    this.over = true;
    this.options.clearTimeout(this.timer);
    this.options.clearTimeout(this.heart);
    this.socket.close(code, reason);
  }
}

if (typeof module !== 'undefined') module.exports = { ReconnectingSocket };
