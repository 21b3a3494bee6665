// Files: the ones that people choose, and the ones that messages carry.

import { element, link } from "./dom.js";

const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/;

/** Return `{control, read}` for choosing files; `read()` sends them to the server and gives their ids. */
export function fileField({ name, required, multiple = false }) {
  const control = element("input", { type: "file", name, required, multiple });
  return { control, read: () => Promise.all([...control.files].map(upload)) };
}

async function upload(file) {
  const response = await fetch(`files?name=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer.id;
}

/** Return an attachment: a picture that this server has is shown, anything else is named. */
export function drawFile(file) {
  const here = ownAddress(file.url);
  const named = link(file.url, file.filename);
  if (here === null || !PICTURES.test(file.content_type ?? "")) return element("p", { class: "file" }, "File: ", named);
  const picture = element("img", { src: here, alt: file.description ?? file.filename, class: "picture" });
  return element("figure", {}, picture, element("figcaption", { class: "note" }, named));
}

/** Return a picture that a message names: shown if this server has it; the page asks no other server for anything. */
export function drawPicture(url, description) {
  const here = ownAddress(url);
  if (here === null) return element("p", { class: "file" }, "Picture: ", link(url, description || url));
  return element("img", { src: here, alt: description ?? "", class: "picture" });
}

/** Return the path of an address on this server, by whichever of this machine's names, else null. */
function ownAddress(address) {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isHere = ["127.0.0.1", "localhost"].includes(url.hostname) && url.port === location.port;
  return isHere && url.protocol === location.protocol && url.pathname.startsWith("/attachments/") ? url.pathname : null;
}
