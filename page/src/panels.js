// SPDX-License-Identifier: GPL-2.0-or-later
// What stands beside the bench: the pin under the mouse, the mistakes, and the world around the parts.

import { html } from "./svg.js";

function volts(mv) {
  return `${(mv / 1000).toFixed(2)} V`;
}

function frequency(hz) {
  return hz >= 1e6 ? `${hz / 1e6} MHz` : hz >= 1e3 ? `${hz / 1e3} kHz` : `${hz} Hz`;
}

export function showPin(root, pin) {
  const rows = [["Pin", pin.name], ["Level", pin.hz ? `${frequency(pin.hz)}, ${pin.duty} %` :
    `${pin.level ? "high" : "low"}, ${volts(pin.mv)}`]];
  if (pin.mode) {
    rows.push(["Mode", pin.mode + (pin.openDrain ? ", open drain" : "") + (pin.pull ? `, pull-${pin.pull}` : "")]);
  }
  if (pin.mode === "alternate") {
    rows.push(["Function", `AF${pin.function} ${pin.signal}`]);
  }
  rows.push(["Driven by", pin.drivers.map(one => `${one.who} of ${one.pin}: ${one.drive}`).join("; ") || "nobody"]);
  if (pin.net.length > 1) {
    rows.push(["Joined to", pin.net.filter(name => name !== pin.name).join(", ")]);
  }
  root.replaceChildren(html("dl", {}, ...rows.flatMap(([name, text]) => [html("dt", {}, name), html("dd", {}, text)])));
}

export class Mistakes {
  #list; #count;

  constructor(list, count) {
    [this.#list, this.#count] = [list, count];
  }

  clear() {
    this.#list.replaceChildren();
    this.#count.textContent = 0;
  }

  // The line that the machine reports: code, what, how to mend it, and where.
  add({ text, severity }) {
    const item = html("li", { class: severity }, text);

    this.#list.prepend(item);
    this.#count.textContent = this.#list.children.length;
  }
}

// A slider or switch for everything that people do to parts and that no element of the page has.
export class Controls {
  #root; #section; #tell; #inputs = new Map();

  constructor(root, section, tell) {
    [this.#root, this.#section, this.#tell] = [root, section, tell];
  }

  build(parts) {
    this.#root.replaceChildren();
    this.#inputs.clear();
    for (const part of parts) {
      for (const control of part.controls) {
        this.#root.append(this.#row(part.id, control));
      }
    }
    this.#section.hidden = !this.#inputs.size;
  }

  #row(id, { name, what, min, max, scale }) {
    const input = scale ? html("input", { type: "range", min, max, step: 1 / scale }) : html("input", { type: "checkbox" });
    const shown = html("output");
    input.addEventListener("input", () => this.#tell(id, name, scale ? input.valueAsNumber : input.checked));
    this.#inputs.set(`/${id}.${name}`, { input, shown });
    return html("label", { class: "control", title: what }, html("span", {}, `${id} ${name}`), input, shown);
  }

  set(key, value) {
    const control = this.#inputs.get(key);
    if (control && typeof value === "boolean") {
      control.input.checked = value;
    } else if (control) {
      if (document.activeElement !== control.input || !control.input.matches(":active")) {
        control.input.value = value;
      }
      control.shown.textContent = value;
    }
  }
}
