// SPDX-License-Identifier: GPL-2.0-or-later
// The board as it looks: MB997 with its two rows of pins, LEDs, buttons and the accelerometer (UM1472).  Measures are
// mm, 3.78 pixels each, as the parts' are.

import { svg } from "./svg.js";

export const MM = 3.78;
const WIDTH = 66, HEIGHT = 97, PITCH = 2.54;

// The pins of P1 and P2, from the top, the odd one first.
const P1 = "GND GND VDD VDD GND NRST PC1 PC0 PC3 PC2 PA1 PA0 PA3 PA2 PA5 PA4 PA7 PA6 PC5 PC4 PB1 PB0 GND PB2 PE7 PE8 " +
  "PE9 PE10 PE11 PE12 PE13 PE14 PE15 PB10 PB11 PB12 PB13 PB14 PB15 PD8 PD9 PD10 PD11 PD12 PD13 PD14 PD15 NC GND GND";
const P2 = "GND GND 5V 5V 3V 3V PH0 PH1 PC14 PC15 PE6 PC13 PE4 PE5 PE2 PE3 PE0 PE1 PB8 PB9 BOOT0 VDD PB6 PB7 PB4 PB5 " +
  "PD7 PB3 PD5 PD6 PD3 PD4 PD1 PD2 PC12 PD0 PC10 PC11 PA14 PA15 PA10 PA13 PA8 PA9 PC8 PC9 PC6 PC7 GND GND";

const LEDS = [
  ["led-orange", "LD3 orange", 33, 47, "#ff8c1a"], ["led-green", "LD4 green", 27, 53, "#35e04c"],
  ["led-red", "LD5 red", 39, 53, "#ff3b30"], ["led-blue", "LD6 blue", 33, 59, "#3d7bff"],
  ["led-vbus", "LD7 USB power", 25, 88, "#35e04c"], ["led-overcurrent", "LD8 USB overcurrent", 41, 88, "#ff3b30"],
];

// What the machine calls a pin of the headers; null: none that it knows.
function machineName(name) {
  return { NRST: null, NC: null, BOOT0: null, VDD: "3v3", "3V": "3v3" }[name] ??
    (["NRST", "NC", "BOOT0"].includes(name) ? null : name.toLowerCase());
}

function drawHeader(root, names, left, pins, numbered) {
  root.append(svg("rect", { x: left - PITCH / 2, y: 14.5, width: 2 * PITCH, height: 25 * PITCH, class: "header" }));
  names.split(" ").forEach((name, n) => {
    const x = left + (n % 2) * PITCH, y = 15.8 + Math.floor(n / 2) * PITCH;
    const hole = svg("circle", { cx: x, cy: y, r: 0.75, class: "pin" }, svg("title", {}, name));
    const known = machineName(name);
    if (known) {
      hole.dataset.pin = known;
    }
    root.append(hole);
    const outer = (left < WIDTH / 2) === (n % 2 === 0);
    root.append(svg("text", {
      x: left < WIDTH / 2 ? left + PITCH + 1.2 : left - 1.2, y: y + (outer ? 1.15 : -0.05), class: "pin-name",
      "text-anchor": left < WIDTH / 2 ? "start" : "end",
    }, name));
    pins[name] ??= { x: x * MM, y: y * MM };
    const count = numbered[name] = (numbered[name] ?? 0) + 1;
    pins[`${name}.${count}`] = { x: x * MM, y: y * MM };
  });
}

// A button that is pressed by mouse, finger or keyboard.  (SVG has none that a screen reader knows.)
function drawButton(root, name, label, x, y, color, press) {
  const button = svg("g", { class: "button", role: "button", tabindex: 0, "aria-label": label, "data-button": name },
    svg("rect", { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4, rx: 0.6, class: "button-case" }),
    svg("circle", { cx: x, cy: y, r: 2, fill: color, class: "button-cap" }), svg("title", {}, label));
  const down = event => { event.preventDefault(); press(name, true); };
  const up = () => press(name, false);
  button.addEventListener("pointerdown", event => { button.setPointerCapture(event.pointerId); down(event); });
  button.addEventListener("pointerup", up);
  button.addEventListener("pointercancel", up);
  button.addEventListener("keydown", event => [" ", "Enter"].includes(event.key) && !event.repeat && down(event));
  button.addEventListener("keyup", event => [" ", "Enter"].includes(event.key) && up());
  root.append(button, svg("text", { x, y: y + 5.4, class: "label" }, label));
}

function drawLed(root, [name, label, x, y, color]) {
  const glow = svg("circle", { cx: x, cy: y, r: 3, fill: color, class: "glow", opacity: 0 });
  const lens = svg("rect", {
    x: x - 1, y: y - 0.7, width: 2, height: 1.4, rx: 0.2, fill: color, class: "lens", "fill-opacity": 0.25,
    role: "img", "aria-label": label, "data-led": name, "data-brightness": 0,
  }, svg("title", {}, label));
  root.append(glow, lens);
  return percent => {
    const seen = percent ? Math.pow(percent / 100, 1 / 2.2) : 0;    // as an eye sees it
    glow.setAttribute("opacity", 0.65 * seen);
    lens.setAttribute("fill-opacity", 0.25 + 0.75 * seen);
    lens.dataset.brightness = percent;
  };
}

// The accelerometer: dragging it tilts the board.
function drawAccelerometer(root, tilt) {
  const chip = svg("g", { class: "accelerometer", role: "slider", tabindex: 0, "aria-label": "Tilt of the board",
    "aria-valuemin": -1000, "aria-valuemax": 1000, "aria-valuenow": 0, "aria-orientation": "horizontal" },
  svg("rect", { x: 31.2, y: 51.2, width: 3.6, height: 3.6, rx: 0.2, class: "chip" }),
  svg("circle", { cx: 33, cy: 53, r: 0.8, class: "bubble" }), svg("title", {}, "Drag to tilt, double click to lay flat"));
  let from = null, at = { x: 0, y: 0 };
  const set = (x, y) => {
    at = { x: Math.max(-1000, Math.min(1000, Math.round(x))), y: Math.max(-1000, Math.min(1000, Math.round(y))) };
    tilt(at.x, at.y, Math.round(Math.sqrt(Math.max(0, 1e6 - at.x * at.x - at.y * at.y))));
  };
  chip.addEventListener("pointerdown", event => {
    chip.setPointerCapture(event.pointerId);
    from = { x: event.clientX - at.x / 10, y: event.clientY + at.y / 10 };
  });
  chip.addEventListener("pointermove", event => from && set(10 * (event.clientX - from.x), -10 * (event.clientY - from.y)));
  chip.addEventListener("pointerup", () => { from = null; });
  chip.addEventListener("dblclick", () => set(0, 0));
  chip.addEventListener("keydown", event => {
    const step = { ArrowLeft: [-100, 0], ArrowRight: [100, 0], ArrowUp: [0, 100], ArrowDown: [0, -100] }[event.key];
    if (step) {
      event.preventDefault();
      set(at.x + step[0], at.y + step[1]);
    }
  });
  root.append(chip);
  return (axis, mg) => {
    at[axis] = axis === "z" ? at.z : mg;
    const bubble = chip.querySelector(".bubble");
    bubble.setAttribute("cx", 33 + 1.2 * Math.max(-1, Math.min(1, at.x / 1000)));
    bubble.setAttribute("cy", 53 - 1.2 * Math.max(-1, Math.min(1, at.y / 1000)));
    chip.setAttribute("aria-valuenow", at.x);
  };
}

// Draw it: { element, pins: name -> {x, y}, set(name, property, value) }.
export function drawBoard({ press, tilt }) {
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH * MM, height: HEIGHT * MM, class: "board" });
  const pins = {}, counted = {};
  root.append(svg("rect", { x: 0, y: 0, width: WIDTH, height: HEIGHT, rx: 1.5, class: "pcb" }));
  root.append(svg("rect", { x: 28, y: -1, width: 10, height: 7, class: "metal" }),
    svg("rect", { x: 29.5, y: 91, width: 7, height: 6.5, class: "metal" }),
    svg("rect", { x: 26, y: 26, width: 14, height: 14, rx: 0.4, class: "chip" }),
    svg("text", { x: 33, y: 33.6, class: "chip-name" }, "STM32F407"),
    svg("text", { x: 33, y: 11, class: "label" }, "ST-LINK"), svg("text", { x: 33, y: 90, class: "label" }, "USB OTG"));
  drawHeader(root, P1, 3, pins, counted);
  drawHeader(root, P2, WIDTH - 3 - PITCH, pins, counted);
  pins["3V3"] = pins["3V"];
  const leds = Object.fromEntries(LEDS.map(led => [led[0], drawLed(root, led)]));
  drawButton(root, "user", "User button", 22, 72, "#2d6cdf", press);
  drawButton(root, "reset", "Reset button", 44, 72, "#15171a", press);
  const bubble = drawAccelerometer(root, tilt);
  return {
    element: root, pins,
    set(name, property, value) {
      if (property === "brightness") {
        leds[name]?.(value);
      } else if (name === "accelerometer") {
        bubble(property, value);
      } else if (name === "button-user") {
        root.querySelector("[data-button=user]").classList.toggle("pressed", value);
      }
    },
  };
}
