import { qrCode } from "./qrcode.js";

const SVG = "http://www.w3.org/2000/svg";
// What a reader needs around the code, in modules.
const QUIET = 4;

/** A picture of the QR code of a text, named `label`; null if the text is too long for one. */
export function qrImage(text, label) {
  const rows = qrCode(text);
  if (rows === null) return null;
  const size = rows.length + 2 * QUIET;
  const path = svgElement("path", { d: rows.flatMap(runs).join("") });
  const image = svgElement("svg", { class: "qr", viewBox: `${-QUIET} ${-QUIET} ${size} ${size}`, role: "img", "aria-label": label });
  image.append(path);
  return image;
}

// One rectangle for each stretch of dark modules in a row.
function runs(row, y) {
  const rectangles = [];
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const begin = x;
    while (row[x + 1]) x++;
    const width = x + 1 - begin;
    rectangles.push(`M${begin} ${y}h${width}v1h-${width}z`);
  }
  return rectangles;
}

function svgElement(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
