// SPDX-License-Identifier: GPL-2.0-or-later
// The page: what comes from the machine goes to its parts, and what people do goes to the machine.  It keeps no state
// of its own.

import { Bench } from "./bench.js";
import { Link } from "./link.js";
import { Controls, Mistakes, showPin } from "./panels.js";
import { drawPicture, forgetPictures } from "./pictures.js";
import { Terminals } from "./terminals.js";
import { Traces } from "./traces.js";

const MESSAGE_MS = 6000;
const PIECE = 24000;                    // bytes of a firmware, a command
const $ = id => document.getElementById(id);

let link = null, watched = null, queue = Promise.resolve();
const watch = pin => {
  watched = pin;
  link.do("watch", { pin });
};
const bench = new Bench($("desk"), $("wires"), () => link, watch);
const terminals = new Terminals($("tabs"), $("terminals"), (port, text) => link.do("send", { port, text }));
const mistakes = new Mistakes($("mistakes"), $("count"));
const traces = new Traces($, pin => link.do("trace", { pin, on: false }));
const controls = new Controls($("controls"), $("controls-section"), (part, name, value) =>
  link.do("set", { part, name, value }));

// ---- What the machine says of itself ----

const machine = {
  "virtual-time"(ns) {
    $("time").textContent = `${(ns / 1e9).toFixed(2)} s`;
  },
  "speed-ratio"(ratio) {
    $("ratio").textContent = `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} x`;
  },
  speed(speed) {
    const select = $("speed");
    if (![...select.options].some(option => option.value === speed)) {
      select.add(new Option(speed, speed));
    }
    select.value = speed;
  },
  running(on) {
    document.body.classList.toggle("paused", !on);
    $("run").setAttribute("aria-pressed", on);
    $("pause").setAttribute("aria-pressed", !on);
  },
};

function say(text) {
  $("message").textContent = text;
  setTimeout(() => { $("message").textContent = ""; }, MESSAGE_MS);
}

function set(key, value) {
  if (key.startsWith("machine.")) {
    machine[key.slice("machine.".length)]?.(value);
  } else {
    bench.set(key, value);
    controls.set(key, value);
  }
}

async function greet(hello) {
  mistakes.clear();
  forgetPictures();
  traces.clear();
  terminals.build(hello.ports, hello.port);
  controls.build(hello.parts);
  await bench.build(hello.wiring);
  if (watched) {
    link.do("watch", { pin: watched });
  }
}

async function take(batch) {
  if (batch.hello) {
    await greet(batch.hello);
  }
  Object.entries(batch.set ?? {}).forEach(([key, value]) => set(key, value));
  if (batch.traces) {
    traces.take(batch.traces);
  }
  batch.serial?.forEach(one => terminals.write(one));
  batch.mistakes?.forEach(one => mistakes.add(one));
  batch.pictures?.forEach(one => drawPicture(one, (...size) => bench.canvas(...size)));
  if (batch.pin) {
    showPin($("pin"), batch.pin);
  }
  batch.answers?.filter(answer => answer.error).forEach(answer => say(answer.error));
}

// ---- What people do ----

$("run").addEventListener("click", () => link.do("run"));
$("pause").addEventListener("click", () => link.do("pause"));
$("reset").addEventListener("click", () => link.do("reset"));
$("desk").addEventListener("click", event => {
  const pin = event.target.dataset?.pin;
  if (pin) {
    link.do("trace", { pin, on: !traces.has(pin) });
  }
});
$("again").addEventListener("click", () => link.do("firmware"));
$("other").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  const [file] = $("file").files;
  const bytes = new Uint8Array(await file.arrayBuffer());
  $("file").value = "";
  link.do("firmware", { size: bytes.length });
  for (let at = 0; at < bytes.length; at += PIECE) {
    link.do("piece", { data: btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))) });
  }
});
$("speed").addEventListener("change", () => link.do("speed", { speed: $("speed").value }));
$("save").addEventListener("click", () => link.do("save", { name: "page" }));
$("load").addEventListener("click", () => link.do("load", { name: "page" }));

link = new Link({
  batch(batch) {
    queue = queue.then(() => take(batch)).catch(error => say(`the page: ${error.message}`));
  },
  state(connected) {
    $("link").textContent = connected ? "connected" : "the machine has gone; waiting for it";
    document.body.classList.toggle("gone", !connected);
  },
});
