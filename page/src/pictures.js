// SPDX-License-Identifier: GPL-2.0-or-later
// What displays show: rows of RGB that have changed.  The picture is kept as the machine has it, and drawn to fit.

const kept = new Map();

export function forgetPictures() {
  kept.clear();
}

export function drawPicture({ name, width, height, row, rgb }, canvasOf) {
  let picture = kept.get(name);
  if (picture?.width !== width || picture?.height !== height) {
    picture = new OffscreenCanvas(width, height);
    kept.set(name, picture);
  }
  const data = atob(rgb), rows = data.length / (3 * width);
  const image = new ImageData(width, rows);
  for (let from = 0, to = 0; from < data.length; to += 4) {
    image.data[to] = data.charCodeAt(from++);
    image.data[to + 1] = data.charCodeAt(from++);
    image.data[to + 2] = data.charCodeAt(from++);
    image.data[to + 3] = 255;
  }
  picture.getContext("2d").putImageData(image, 0, row);
  const canvas = canvasOf(name, width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  canvas.dataset.drawn = Number(canvas.dataset.drawn ?? 0) + 1;
}
