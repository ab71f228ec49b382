// SPDX-License-Identifier: GPL-2.0-or-later
// The way to the machine: lines of JSON over a websocket.  When it breaks, it is tried again, and the machine tells
// everything anew.

const AGAIN_MS = 500;

export class Link {
  #socket = null;
  #decoder = null;
  #rest = "";

  // @on.batch(object) for each line; @on.state(connected)
  constructor(on) {
    this.on = on;
    this.#connect();
  }

  #connect() {
    const socket = new WebSocket(`ws://${location.host}/`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#decoder = new TextDecoder();
      this.#rest = "";
      this.#socket = socket;
      this.on.state(true);
    };
    socket.onmessage = event => this.#take(this.#decoder.decode(event.data, { stream: true }));
    socket.onclose = () => {
      this.#socket = null;
      this.on.state(false);
      setTimeout(() => this.#connect(), AGAIN_MS);
    };
  }

  #take(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop();
    for (const line of lines) {
      this.on.batch(JSON.parse(line));
    }
  }

  // The server takes binary frames alone.
  do(command, values = {}) {
    this.#socket?.send(new TextEncoder().encode(JSON.stringify({ do: command, ...values }) + "\n"));
  }
}
