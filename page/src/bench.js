// SPDX-License-Identifier: GPL-2.0-or-later
// The bench: the board and the parts at their places in the diagram, wires between them, and the pin under the mouse.

import { drawBoard } from "./board.js";
import { makePart } from "./parts.js";
import { drawWires } from "./wires.js";
import { html } from "./svg.js";

const BOARD = "board-stm32f407g-disc1";
const MARGIN = 30, LARGEST = 2, SMALLEST = 0.8;

// Parts that came by -device have no place: one below the other beside the board.
function findPlaces(parts) {
  let next = 20;
  return new Map(parts.map(part => {
    const placed = part.left || part.top || part.type === BOARD;
    const place = placed ? { left: part.left, top: part.top } : { left: 330, top: next };
    next += placed ? 0 : 110;
    return [part.id, { ...place, rotate: part.rotate ?? 0 }];
  }));
}

// Where @pin of an element is on the bench, after it was turned about its middle.
function turned(holder, place, pin) {
  const turn = place.rotate * Math.PI / 180;
  const middle = { x: holder.offsetWidth / 2, y: holder.offsetHeight / 2 };
  const x = pin.x - middle.x, y = pin.y - middle.y;
  return { x: place.left + middle.x + x * Math.cos(turn) - y * Math.sin(turn),
    y: place.top + middle.y + x * Math.sin(turn) + y * Math.cos(turn) };
}

export class Bench {
  #root; #wires; #link; #parts = new Map(); #board = null; #size = [1, 1];

  constructor(root, wires, link, watch) {
    [this.#root, this.#wires, this.#link] = [root, wires, link];
    new ResizeObserver(() => this.#fit()).observe(root.parentElement);
    root.addEventListener("pointerover", event => {
      const pin = event.target.dataset?.pin;
      if (pin) {
        event.target.title &&= `${pin}: click for its trace`;
        watch(pin);
      }
    });
  }

  // All of it anew, out of the machine's diagram.
  async build(wiring) {
    const places = findPlaces(wiring.parts);
    this.#root.querySelectorAll(".holder, .spot").forEach(element => element.remove());
    this.#parts.clear();
    this.#root.style.zoom = 1;         // places are measured so
    for (const part of wiring.parts) {
      const made = part.type === BOARD ? this.#makeBoard() : makePart(part, (name, value) =>
        this.#link().do("set", { part: part.id, name, value }));
      const place = places.get(part.id);
      const holder = html("div", { class: "holder", "data-part": part.id, title: part.type === BOARD ? "" : part.id },
        made.element);
      Object.assign(holder.style, { left: `${place.left}px`, top: `${place.top}px`, rotate: `${place.rotate}deg` });
      this.#root.append(holder);
      this.#parts.set(part.id, { ...made, holder, place, type: part.type });
    }
    await Promise.all([...this.#parts.values()].map(part => part.element.updateComplete));
    await new Promise(requestAnimationFrame);
    this.#shift();
    this.#spots();
    this.#wire(wiring.connections);
  }

  // Diagrams have places left of and above 0.
  #shift() {
    const all = [...this.#parts.values()];
    const left = Math.min(...all.map(part => part.place.left)) - MARGIN;
    const top = Math.min(...all.map(part => part.place.top)) - MARGIN;
    for (const part of all) {
      part.place.left -= left;
      part.place.top -= top;
      Object.assign(part.holder.style, { left: `${part.place.left}px`, top: `${part.place.top}px` });
    }
    const right = Math.max(...all.map(part => part.place.left + part.holder.offsetWidth));
    const bottom = Math.max(...all.map(part => part.place.top + part.holder.offsetHeight));
    this.#wires.setAttribute("width", right + MARGIN);
    this.#wires.setAttribute("height", bottom + MARGIN);
    this.#size = [right + MARGIN, bottom + MARGIN];
    this.#fit();
  }

  // As large as there is room for.
  #fit() {
    const [width, height] = this.#size;
    const room = this.#root.parentElement;
    const zoom = Math.min((room.clientWidth - 20) / width, (room.clientHeight - 20) / height, LARGEST);
    this.#root.style.zoom = Math.max(zoom, SMALLEST);
  }

  #makeBoard() {
    this.#board = drawBoard({
      press: (button, on) => this.#link().do("press", { button, on }),
      tilt: (x, y, z) => this.#link().do("tilt", { x, y, z }),
    });
    return this.#board;
  }

  // What the mouse meets at the legs of parts.
  #spots() {
    for (const [id, part] of this.#parts) {
      const names = Object.fromEntries(Object.entries(part.legs ?? {}).map(([ours, its]) => [its, ours]));
      for (const pin of part.element.pinInfo ?? []) {
        const at = turned(part.holder, part.place, pin), name = `${id}.${names[pin.name] ?? pin.name}`;
        const spot = html("div", { class: "spot", "data-pin": name, title: name });
        Object.assign(spot.style, { left: `${at.x}px`, top: `${at.y}px` });
        this.#root.append(spot);
      }
    }
  }

  // Where "led1:A" is, or null.
  #end(text) {
    const colon = text.indexOf(":"), id = text.slice(0, colon), name = text.slice(colon + 1);
    const part = this.#parts.get(id);
    if (!part) {
      return null;
    }
    const pins = part.pins ?? Object.fromEntries((part.element.pinInfo ?? []).map(pin => [pin.name, pin]));
    const pin = pins[part.legs?.[name] ?? name] ?? pins[name.toUpperCase()] ?? pins[`${name}.1`] ??
      { x: part.holder.offsetWidth / 2, y: part.holder.offsetHeight / 2 };
    return turned(part.holder, part.place, pin);
  }

  #wire(connections) {
    drawWires(this.#wires, connections.map(([from, to, color, path]) =>
      ({ from: this.#end(from), to: this.#end(to), color, path, name: `${from} ${to}` })));
  }

  // "led-green.brightness", "/lamp.brightness"
  set(key, value) {
    const dot = key.lastIndexOf("."), name = key.slice(0, dot), property = key.slice(dot + 1);
    if (name.startsWith("/")) {
      this.#parts.get(name.slice(1))?.set(property, value);
    } else {
      this.#board?.set(name, property, value);
    }
  }

  // The canvas that shows the picture of a display: the element's own, or one below it.
  canvas(name, width, height) {
    const part = this.#parts.get(name);
    const own = part?.element.canvas ?? part?.element.shadowRoot?.querySelector("canvas");
    if (own) {
      return own;
    }
    let free = this.#root.querySelector(`canvas[data-name="${CSS.escape(name)}"]`);
    if (!free) {
      free = html("canvas", { "data-name": name, class: "holder", "aria-label": `Display ${name}` });
      Object.assign(free.style, { left: `${part ? part.place.left : 350}px`,
        top: `${part ? part.place.top + part.holder.offsetHeight : 40}px` });
      this.#root.append(free);
      Object.assign(free, { width, height });
    }
    return free;
  }
}
