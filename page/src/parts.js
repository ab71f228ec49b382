// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the bench as elements of the page: @wokwi/elements where they have the part, else a box with its name.
//
// A row says what to do with the properties that the machine shows, and which events of the element set one.

import "@wokwi/elements";
import { html } from "./svg.js";

const numbers = text => text.split(",").map(item => Number(item));
const lit = text => numbers(text).map(percent => percent / 100);
const press = set => ({ "button-press": () => set("pressed", true), "button-release": () => set("pressed", false) });
const bytes = hex => Uint8Array.from(hex.match(/../g) ?? [], pair => parseInt(pair, 16));
const color = hex => ({ r: parseInt(hex.slice(0, 2), 16) / 255, g: parseInt(hex.slice(2, 4), 16) / 255,
  b: parseInt(hex.slice(4, 6), 16) / 255 });

// colours of pixels that an element draws by setPixel(@place(number), colour)
function pixels(element, text, place) {
  text.split(",").forEach((one, n) => element.setPixel?.(...place(n), color(one)));
}

const keypad = (set, element) => {
  const down = new Set();
  const tell = () => set("pressed", [...down].join(","));
  return {
    "button-press": event => { down.add(event.detail.key); tell(); },
    "button-release": event => { down.delete(event.detail.key); tell(); },
  };
};

const button = { show: { pressed: (e, on) => { e.pressed = on; } }, events: press };
const knob = { show: { value: (e, v) => { e.value = v; } }, fixed: { min: 0, max: 1023 },
  events: set => ({ input: event => set("value", Math.round(event.detail)) }) };
const lcd = { show: {
  characters: (e, hex) => { e.characters = bytes(hex); },
  backlight: (e, on) => { e.backlight = !!on; },
} };

const matrix = { element: "wokwi-neopixel-matrix",
  show: { colors: (e, v) => pixels(e, v, n => [Math.floor(n / e.cols), n % e.cols]) } };

const TABLE = {
  "wokwi-led": { show: { brightness: (e, v) => { e.value = v > 0; e.brightness = v / 100; } } },
  "wokwi-rgb-led": { show: { red: (e, v) => { e.ledRed = v / 100; }, green: (e, v) => { e.ledGreen = v / 100; },
    blue: (e, v) => { e.ledBlue = v / 100; } } },
  "wokwi-7segment": { show: { values: (e, v) => { e.values = lit(v).map(x => x > 0.05 ? 1 : 0); } } },
  "wokwi-led-bar-graph": { show: { values: (e, v) => { e.values = lit(v).map(x => x > 0.05 ? 1 : 0); } } },
  "wokwi-neopixel": { show: { colors: (e, v) => Object.assign(e, color(v)) } },
  "wokwi-led-ring": { show: { colors: (e, v) => pixels(e, v, n => [n]) } },
  "wokwi-led-matrix": matrix, "wokwi-neopixel-canvas": matrix, "wokwi-neopixel-matrix": matrix,
  "wokwi-led-strip": { element: "wokwi-neopixel-matrix", fixed: { rows: 1 }, rename: { pixels: "cols" },
    show: { colors: (e, v) => pixels(e, v, n => [0, n]) } },
  "wokwi-pushbutton": button, "wokwi-pushbutton-6mm": button,
  "wokwi-slide-switch": { show: { value: (e, v) => { e.value = v; } },
    events: set => ({ input: event => set("value", event.detail) }) },
  "wokwi-dip-switch-8": { show: { values: (e, v) => { e.values = [...v.replaceAll(",", "")].map(Number); } },
    events: (set, e) => ({ "switch-change": () => set("values", e.values.map(Number).join("")) }) },
  "wokwi-membrane-keypad": { events: keypad },
  "wokwi-analog-joystick": { events: (set, e) => ({ ...press(set),
    input: () => { set("x", e.xValue); set("y", e.yValue); } }) },
  "wokwi-potentiometer": knob, "wokwi-slide-potentiometer": knob,
  "wokwi-ky-040": { show: { angle: (e, v) => { e.angle = v; } },
    events: set => ({ ...press(set), "rotate-cw": () => set("rotate", 1), "rotate-ccw": () => set("rotate", -1) }) },
  "wokwi-servo": { show: { angle: (e, v) => { e.angle = v; } } },
  "wokwi-stepper-motor": { show: { angle: (e, v) => { e.angle = v; }, steps: (e, v) => { e.value = String(v); } } },
  "wokwi-pir-motion-sensor": { events: set => ({ pointerdown: () => set("motion", true),
    pointerup: () => set("motion", false) }) },
  "wokwi-buzzer": { show: { frequency: (e, v) => { e.hasSignal = v > 0; } } },
  "wokwi-lcd1602": lcd, "wokwi-lcd2004": lcd,
  "board-ssd1306": { element: "wokwi-ssd1306", legs: { SCL: "CLK", SDA: "DATA", VCC: "VIN" } },
  "wokwi-biaxial-stepper": { show: { outerAngle: (e, v) => { e.outerHandAngle = v; },
    innerAngle: (e, v) => { e.innerHandAngle = v; } } },
  "wokwi-ir-remote": { events: set => ({ "button-press": event => set("pressed", String(event.detail.key)),
    "button-release": () => set("pressed", "") }) },
  "wokwi-rotary-dialer": { events: set => ({ dial: event => set("dial", event.detail.digit % 10) }) },
  "wokwi-tm1637-7segment": { element: "wokwi-7segment", fixed: { digits: 4, colon: true, pins: "none" }, show: {
    values: (e, v) => { const all = numbers(v); e.values = all.slice(0, 32); e.colonValue = !!all[32]; } } },
  "wokwi-max7219-matrix": { element: "wokwi-neopixel-matrix", fixed: { rows: 8 }, show: {
    pixels: (e, v) => { e.cols = v.length / 8; e.updateComplete.then(() => [...v].forEach((one, n) =>
      e.setPixel?.(Math.floor(n / e.cols), n % e.cols, { r: Number(one), g: 0, b: 0 }))); } } },
  "board-ili9341-cap-touch": { element: "wokwi-ili9341" },
  "wokwi-ks2e-m-dc5": {}, "wokwi-gas-sensor": {}, "wokwi-flame-sensor": {}, "wokwi-big-sound-sensor": {},
  "wokwi-small-sound-sensor": {}, "wokwi-heart-beat-sensor": {}, "wokwi-ir-receiver": {},
  "wokwi-relay-module": { element: "wokwi-ks2e-m-dc5" },
};

// Lines of text where there is no picture of the part.
function box(type, id) {
  const lines = { show: html("span", { class: "box-values" }) };
  const element = html("div", { class: "box" }, html("b", {}, id), html("span", {}, type.replace(/^(wokwi|board)-/, "")),
    lines.show);
  element.values = {};
  return element;
}

const QUIET = ["wokwi-gnd", "wokwi-vcc", "wokwi-junction", "wokwi-text", "wokwi-breadboard", "wokwi-breadboard-half",
  "wokwi-breadboard-mini"];

// Attributes of the diagram that the element has, in the type it has them in.
function apply(element, attributes, row) {
  for (const [name, value] of Object.entries(attributes)) {
    const own = row.rename?.[name] ?? name;
    if (own in element && !row.show?.[own]) {
      const type = typeof element[own];
      element[own] = Array.isArray(element[own]) ? String(value).split(",") : type === "number" ? Number(value) :
        type === "boolean" ? ["1", "true"].includes(value) : value;
    }
  }
}

// Make the element of a part: { element, set(property, value) }; @tell(property, value) when somebody moves it.
export function makePart(part, tell) {
  const row = TABLE[part.type] ?? {};
  const name = row.element ?? part.type;
  const known = customElements.get(name);
  const element = known ? html(name) : box(part.type, part.id);
  Object.assign(element, row.fixed ?? {});
  apply(element, part.attrs ?? {}, row);
  for (const [event, handler] of Object.entries(row.events?.(tell, element) ?? {})) {
    element.addEventListener(event, handler);
  }
  if (QUIET.includes(part.type)) {
    element.classList?.add("quiet");
  }
  return {
    element,
    legs: row.legs ?? {},         // the element has other names for these
    set(property, value) {
      if (known) {
        row.show?.[property]?.(element, value);
      } else {
        element.values[property] = value;
        element.querySelector(".box-values").textContent =
          Object.entries(element.values).map(([key, one]) => `${key} ${one}`).join(", ");
      }
    },
  };
}
