"use strict";
(function () {
  const language = document.documentElement.lang;
  const comma = (1.5).toLocaleString(language).includes(",");
  const sortBy = document.getElementById("sort-word");

  // On a small screen the contents of the site fold, so that the page begins with its own.
  const menu = document.getElementById("menu");
  const wide = matchMedia("(min-width: 64rem)");
  function fold() { menu.open = wide.matches; }
  if (menu) { wide.addEventListener("change", fold); fold(); }

  // All code at once.
  const button = document.getElementById("toggle-code");
  const folds = document.querySelectorAll("details.code");
  if (button && folds.length) {
    let open = false;
    button.hidden = false;
    button.addEventListener("click", function () {
      open = !open;
      folds.forEach(function (fold) { fold.open = open; });
      Array.from(button.children).forEach(function (label, place) { label.hidden = place !== Number(open); });
    });
  }

  // A link to folded code unfolds it, in browsers that do not do so themselves.
  function unfold() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold && !fold.open) { fold.open = true; target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  // The command: selected by a click or the keyboard, copied by the button.
  const command = document.getElementById("command");
  const copy = document.getElementById("copy");
  if (command && copy) {
    command.addEventListener("focus", function () { command.select(); });
    copy.hidden = false;
    copy.addEventListener("click", function () {
      command.focus();
      command.select();
      const done = function () { document.getElementById("copied").hidden = false; };
      if (!document.execCommand("copy") && navigator.clipboard) navigator.clipboard.writeText(command.value).then(done);
      else done();
      copy.focus();
    });
  }

  // What does not scroll needs no stop of the tab key.
  const boxes = document.querySelectorAll(".scroll[tabindex]");
  function stops() {
    boxes.forEach(function (box) { box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1; });
  }
  window.addEventListener("resize", stops);
  stops();

  // Long tables sort by a click on a header; once more turns the order, a third time restores the first one.
  function value(cell) {
    const text = cell.textContent.trim();
    const plain = comma ? text.replace(/\./g, "").replace(",", ".") : text.replace(/,/g, "");
    const number = parseFloat(plain.replace("\u2212", "-").replace(/^[<>]\s*/, ""));
    return /^[<>]?\s*[-\u2212]?[\d.,]+\s*%?$/.test(text) ? number : text === "" || text === "\u00d7" ? null : text;
  }
  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), language, { numeric: true });
  }
  function sort(table, place, direction, first) {
    const rows = first.slice();
    if (direction) rows.sort(function (one, other) {
      const a = value(one.cells[place]), b = value(other.cells[place]);
      return a === null || b === null ? compare(a, b) : direction * compare(a, b);
    });
    rows.forEach(function (row) { table.tBodies[0].append(row); });
  }
  document.querySelectorAll("table:not(.journal)").forEach(function (table) {
    if (!table.tHead || table.tBodies.length !== 1 || table.tBodies[0].rows.length < 8) return;
    const first = Array.from(table.tBodies[0].rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, place) {
      const label = head.textContent;
      const press = document.createElement("button");
      press.type = "button";
      press.className = "sort";
      press.textContent = label;
      press.title = sortBy.textContent.replace("%", label);
      head.replaceChildren(press);
      let direction = 0;
      press.addEventListener("click", function () {
        direction = head.hasAttribute("aria-sort") ? direction : 0;
        direction = direction === 0 ? 1 : direction === 1 ? -1 : 0;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        if (direction) head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
        sort(table, place, direction, first);
      });
    });
  });
})();
