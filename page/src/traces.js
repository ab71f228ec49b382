// SPDX-License-Identifier: GPL-2.0-or-later
// Traces of pins: their edges as the machine tells them, the latest of them in a window of virtual time.

import { html } from "./svg.js";

const KEEP_NS = 2e10, KEEP_EDGES = 200000;
const UNKNOWN = 3, NOTHING = 2;
const HEIGHT = 22;

// The index of the last edge at or before @ns, -1: there is none.
function last(edges, ns) {
  let from = 0, to = edges.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle].ns <= ns) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from - 1;
}

// More than one edge a pixel is a band; else a line, in the middle where nobody drives.
function draw(canvas, edges, begin, end) {
  const context = canvas.getContext("2d"), width = canvas.width = canvas.clientWidth;
  const x = ns => (ns - begin) / (end - begin) * width;
  const y = value => value === NOTHING ? HEIGHT / 2 : value ? 3 : HEIGHT - 3;
  canvas.height = HEIGHT;
  context.strokeStyle = context.fillStyle = "#7ee787";
  context.lineWidth = 1.2;
  context.beginPath();
  let band = -1;
  for (let n = Math.max(last(edges, begin), 0); n < edges.length && edges[n].ns <= end; n++) {
    const { ns, value } = edges[n], from = Math.max(x(ns), 0);
    const to = n + 1 < edges.length ? Math.min(x(edges[n + 1].ns), width) : width;
    if (value === UNKNOWN) {
      continue;
    }
    if (to - from < 1) {
      const column = Math.floor(from);
      if (column !== band) {
        context.fillRect(column, 3, 1, HEIGHT - 6);
        band = column;
      }
      continue;
    }
    if (n && edges[n - 1].value !== UNKNOWN && ns >= begin) {
      context.moveTo(from, y(edges[n - 1].value));
      context.lineTo(from, y(value));
    } else {
      context.moveTo(from, y(value));
    }
    context.lineTo(to, y(value));
  }
  context.stroke();
}

export class Traces {
  #rows = new Map(); #end = 0; #held = false; #$; #remove; #asked = false;

  constructor($, remove) {
    [this.#$, this.#remove] = [$, remove];
    $("hold").addEventListener("click", () => {
      this.#held = !this.#held;
      $("hold").setAttribute("aria-pressed", this.#held);
      this.#draw();
    });
    $("window").addEventListener("change", () => this.#draw());
  }

  clear() {
    this.#rows.clear();
    this.#$("trace-rows").replaceChildren();
    this.#$("traces").hidden = true;
    this.#end = 0;
  }

  has(pin) {
    return this.#rows.has(pin);
  }

  #row(name) {
    let row = this.#rows.get(name);
    if (!row) {
      const canvas = html("canvas", { role: "img", "aria-label": `Trace of ${name}` });
      const close = html("button", { "aria-label": `No trace of ${name}` }, "x");
      close.addEventListener("click", () => this.#remove(name));
      row = { canvas, edges: [], element: html("div", { class: "trace", "data-trace": name }, html("span", {}, name), canvas, close) };
      this.#rows.set(name, row);
      this.#$("trace-rows").append(row.element);
    }
    return row;
  }

  take({ from, to, pins }) {
    const names = pins.map(pin => pin.name);
    for (const [name, row] of this.#rows) {
      if (!names.includes(name)) {
        row.element.remove();
        this.#rows.delete(name);
      }
    }
    if (to < this.#end) {                       // a snapshot was loaded
      this.#rows.forEach(row => { row.edges = []; });
    }
    for (const { name, value, edges } of pins) {
      this.#add(this.#row(name).edges, from > this.#end, from, value, edges);
    }
    this.#end = Math.max(to, from);
    this.#$("traces").hidden = !pins.length;
    if (!this.#held && pins.length && !this.#asked) {
      this.#asked = true;
      requestAnimationFrame(() => { this.#asked = false; this.#draw(); });
    }
  }

  // @gap: nobody knows what was before @from.
  #add(kept, gap, from, value, edges) {
    if (gap && kept.length) {
      kept.push({ ns: this.#end, value: UNKNOWN });
    }
    if (gap || !kept.length) {
      kept.push({ ns: from, value });
    }
    for (const edge of edges ? edges.split(",") : []) {
      const [ns, level] = edge.split(":");
      kept.push({ ns: Number(ns), value: Number(level) });
    }
    const old = Math.max(last(kept, from - KEEP_NS), kept.length - KEEP_EDGES);
    if (old > 1000) {
      kept.splice(0, old);
    }
  }

  #draw() {
    const window = Number(this.#$("window").value), begin = this.#end - window;
    for (const { canvas, edges } of this.#rows.values()) {
      draw(canvas, edges, begin, this.#end);
      canvas.dataset.edges = edges.length - 1 - last(edges, begin);
    }
    this.#$("trace-time").textContent = `to ${(this.#end / 1e9).toFixed(6)} s`;
  }
}
