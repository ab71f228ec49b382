// SPDX-License-Identifier: GPL-2.0-or-later
// Elements in one line.

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

export const html = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
