// SPDX-License-Identifier: GPL-2.0-or-later
// A terminal for each serial port, one of them in front.  A port that has sent something while it is behind is marked.

import { Terminal } from "@xterm/xterm";
import { FitAddon } from "@xterm/addon-fit";
import { html } from "./svg.js";

const PIECE = 8192;                     // characters of what is pasted, a command

export class Terminals {
  #ports = new Map(); #front = null; #tabs; #room; #send;

  constructor(tabs, room, send) {
    [this.#tabs, this.#room, this.#send] = [tabs, room, send];
    new ResizeObserver(() => this.#ports.get(this.#front)?.fit.fit()).observe(room);
  }

  build(names, front) {
    if (this.#ports.size === names.length) {
      this.#ports.forEach(port => port.terminal.reset());
      return;
    }
    for (const name of names) {
      const terminal = new Terminal({ fontSize: 13, scrollback: 5000, screenReaderMode: true,
        theme: { background: "#11151c" } });
      const fit = new FitAddon();
      const element = html("div", { class: "terminal", role: "tabpanel", id: `terminal-${name}`, "data-port": name });
      const tab = html("button", { role: "tab", "aria-controls": `terminal-${name}` }, name.toUpperCase());
      terminal.loadAddon(fit);
      terminal.onData(text => this.#type(name, text));
      tab.addEventListener("click", () => this.show(name));
      this.#tabs.append(tab);
      this.#room.append(element);
      this.#ports.set(name, { terminal, fit, element, tab, open: false });
    }
    this.show(front);
  }

  #type(name, text) {
    for (let at = 0; at < text.length; at += PIECE) {
      this.#send(name, text.slice(at, at + PIECE));
    }
  }

  show(name) {
    this.#front = name;
    for (const [other, port] of this.#ports) {
      port.element.hidden = other !== name;
      port.tab.setAttribute("aria-selected", other === name);
    }
    const port = this.#ports.get(name);
    port.tab.classList.remove("news");
    if (!port.open) {
      port.terminal.open(port.element);
      port.open = true;
    }
    port.fit.fit();
  }

  write({ port: name, data, lost }) {
    const port = this.#ports.get(name);
    if (lost) {
      port.terminal.write(`\r\n[${lost} bytes are not kept]\r\n`);
    }
    port.terminal.write(Uint8Array.from(atob(data), char => char.charCodeAt(0)));
    port.tab.classList.toggle("news", name !== this.#front || port.tab.classList.contains("news"));
    if (name === this.#front) {
      port.tab.classList.remove("news");
    }
  }
}
