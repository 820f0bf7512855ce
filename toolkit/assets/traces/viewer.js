// Keeps the lists up to date while "Live" is on: the same page is fetched again, and what has changed in it is put in
// its place. Everything else of the viewer works without this script.

"use strict";

const PERIOD = 2000;
const CHOICE = "traces-live";
const live = document.getElementById("live");

if (live) {
  live.hidden = false;
  live.addEventListener("click", () => turn(!isOn()));
  turn(remembered() !== "off");
  setInterval(refresh, PERIOD);
}

function isOn() {
  return live.getAttribute("aria-pressed") === "true";
}

function turn(on) {
  live.setAttribute("aria-pressed", String(on));
  try {
    sessionStorage.setItem(CHOICE, on ? "on" : "off");
  } catch {
    // Without storage, each page starts anew.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(CHOICE);
  } catch {
    return null;
  }
}

let isFetching = false;

async function refresh() {
  if (!isOn() || document.hidden || isFetching) return;
  isFetching = true;
  try {
    const answer = await fetch(location.href, { cache: "no-store", redirect: "error" });
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The service may be starting again: the next time will tell.
  } finally {
    isFetching = false;
  }
}

function show(page) {
  // A selection would be lost, and whoever selects is reading.
  if (!isOn() || !getSelection().isCollapsed) return;
  for (const place of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(place.id);
    if (fresh && fresh.innerHTML !== place.innerHTML) update(place, fresh);
  }
}

function update(place, fresh) {
  const body = place.querySelector("tbody");
  const freshBody = fresh.querySelector("tbody");
  if (body && freshBody) updateRows(body, freshBody);
  else place.replaceChildren(...fresh.childNodes);
}

// A row that stays the same stays in its place, so that it keeps the focus.
function updateRows(body, freshBody) {
  const old = new Map(Array.from(body.rows, (row) => [row.dataset.key, row]));
  const wanted = Array.from(freshBody.rows, (row) => {
    const known = old.get(row.dataset.key);
    if (!known) return row;
    if (known.innerHTML !== row.innerHTML) refill(known, row);
    return known;
  });
  const kept = new Set(wanted);
  for (const row of old.values()) if (!kept.has(row)) row.remove();
  wanted.forEach((row, place) => {
    if (body.rows[place] === row) return;
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    body.insertBefore(row, body.rows[place] ?? null);
    focused?.focus({ preventScroll: true });
  });
}

function refill(row, fresh) {
  Array.from(row.cells).forEach((cell, number) => {
    const other = fresh.cells[number];
    if (other && cell.innerHTML !== other.innerHTML && !cell.contains(document.activeElement)) {
      cell.replaceChildren(...other.childNodes);
    }
  });
}
