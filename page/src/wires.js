// SPDX-License-Identifier: GPL-2.0-or-later
// Wires in their colours, by the paths of diagrams: "v10" and "h-5" are steps from the first end, those behind "*"
// from the second one.

import { svg } from "./svg.js";

const NAMED = { "": "#3fa34d", gold: "#d4a017", black: "#444b57" };

function walk(point, steps) {
  const points = [point];
  for (const step of steps) {
    const length = Number(step.slice(1));
    if (["h", "v"].includes(step[0]) && Number.isFinite(length)) {
      point = { x: point.x + (step[0] === "h" ? length : 0), y: point.y + (step[0] === "v" ? length : 0) };
      points.push(point);
    }
  }
  return points;
}

export function wirePoints(from, to, path = []) {
  const star = path.indexOf("*");
  const first = walk(from, star < 0 ? path : path.slice(0, star));
  const second = walk(to, star < 0 ? [] : path.slice(star + 1).reverse()).reverse();
  const a = first.at(-1), b = second[0];
  const corner = first.length + second.length > 2 && a.x !== b.x && a.y !== b.y ? [{ x: a.x, y: b.y }] : [];
  return [...first, ...corner, ...second];
}

export function drawWires(root, wires) {
  root.replaceChildren(...wires.filter(wire => wire.from && wire.to).map(wire => svg("polyline", {
    points: wirePoints(wire.from, wire.to, wire.path).map(p => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" "),
    stroke: NAMED[wire.color ?? ""] ?? wire.color, class: "wire", "data-wire": wire.name,
  })));
}
